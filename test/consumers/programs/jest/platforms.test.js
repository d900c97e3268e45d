const { createLiveData, isLiveDataError } = require("@livedata/sdk");
const { fake } = require("./live-data.setup.js");

test("says which call found nobody", async () => {
  const call = createLiveData().people.retrieve("LDP-1-NOBODY");
  const error = await call.catch((error) => error);
  expect([isLiveDataError(error), error.code]).toEqual([true, "not_found"]);
  expect(fake.requestsTo("getPerson").at(-1)?.status).toBe(404);
});
