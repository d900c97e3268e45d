import type { INestApplication } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { AppModule } from "./app.module";
import { fake } from "./live-data.setup";
import { LiveDataErrorFilter } from "./live-data-error.filter";

let app: INestApplication;
let url: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication({ logger: ["error"] }).useGlobalFilters(new LiveDataErrorFilter());
  await app.listen(0, "127.0.0.1");
  url = await app.getUrl();
});

afterAll(() => app.close());

test("shows a person", async () => {
  const answer = await fetch(`${url}/people/LDP-1-EXAMPLE`);
  expect(await answer.json()).toEqual({ name: "Jane Doe", company: "Example Corp" });
  expect(fake.requestsTo("getPerson")).toHaveLength(1);
});

test("knows nobody of another id", async () => {
  expect((await fetch(`${url}/people/LDP-1-NOBODY`)).status).toBe(404);
});

test("is sorry without credits", async () => {
  fake.failures.next("getPerson", { status: 402 });
  expect((await fetch(`${url}/people/LDP-1-EXAMPLE`)).status).toBe(502);
});

test("takes note of a job change, from Live Data alone", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  const webhook = `${url}/webhooks/live-data`;
  expect((await fake.deliverJobChange(id, { url: webhook, token: "a guess" })).status).toBe(401);
  expect((await fake.deliverJobChange(id, { url: webhook, token: "the token that you chose" })).status).toBe(204);
  expect(await (await fetch(`${url}/moves`)).json()).toEqual(["Ada Example"]);
});
