const { createLiveData, NotFoundError, unwrap } = require("@livedata/sdk");
const { fake } = require("./live-data.setup.js");

test("createLiveData uses the fake", async () => {
  const { people } = unwrap(await createLiveData().people.POST("/search", { body: { size: 3 } }));
  expect(people).toHaveLength(3);
  expect(fake.requestsTo("searchPeople").at(-1)?.body).toEqual({ size: 3 });
});

test("errors are instances of the classes of the package", async () => {
  const result = await createLiveData().people.GET("/person/{id}", { params: { path: { id: "LDP-1-NOBODY" } } });
  expect(() => unwrap(result)).toThrow(NotFoundError);
});
