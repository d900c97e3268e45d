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

test("GET /people/:id returns a person", async () => {
  const response = await fetch(`${url}/people/LDP-1-EXAMPLE`);
  expect(await response.json()).toEqual({ name: "Jane Doe", company: "Example Corp" });
  expect(fake.requestsTo("getPerson")).toHaveLength(1);
});

test("GET /people/:id returns 404 for an unknown id", async () => {
  expect((await fetch(`${url}/people/LDP-1-NOBODY`)).status).toBe(404);
});

test("GET /people/:id returns 502 when no credits are left", async () => {
  fake.failures.next("getPerson", { status: 402 });
  expect((await fetch(`${url}/people/LDP-1-EXAMPLE`)).status).toBe(502);
});

test("the webhook records a job change only with the right token", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  const webhook = `${url}/webhooks/live-data`;
  expect((await fake.deliverJobChange(id, { url: webhook, token: "a guess" })).status).toBe(401);
  expect((await fake.deliverJobChange(id, { url: webhook, token: "the token that you chose" })).status).toBe(204);
  expect(await (await fetch(`${url}/moves`)).json()).toEqual(["Ada Example"]);
});
