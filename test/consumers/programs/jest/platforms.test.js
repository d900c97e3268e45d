const { createLiveData, isLiveDataError, unwrap } = require("@livedata/sdk");
const { fake } = require("./live-data.setup.js");

test("says which call found nobody", async () => {
  const path = { id: "LDP-1-NOBODY" };
  const call = createLiveData().people.GET("/person/{id}", { params: { path } });
  const error = await call.then(unwrap).catch((error) => error);
  expect([isLiveDataError(error), error.code]).toEqual([true, "not_found"]);
  expect(fake.requestsTo("getPerson").at(-1)?.status).toBe(404);
});
