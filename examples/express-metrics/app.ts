import { createLiveData, isLiveDataError, type LiveDataOptions } from "@livedata/sdk";
import * as q from "@livedata/sdk/query";
import express, { type ErrorRequestHandler, type Express } from "express";
import { Registry } from "prom-client";
import { liveDataMetrics } from "./metrics.js";

/** A small backend that shows people, and its calls of the SDK on a metrics page for Prometheus. */
export function buildApp(options: LiveDataOptions = {}): Express {
  const registry = new Registry();
  const livedata = createLiveData({ ...options, observe: liveDataMetrics(registry) });
  const app = express();

  app.get("/people/:id", async ({ params }, response) => {
    const { name, position } = await livedata.people.retrieve(params.id);
    response.json({ name, title: position?.title });
  });

  app.get("/engineers/:company", async ({ params }, response) => {
    const filters = [q.currentJob(q.job.company({ linkedin: params.company }), q.job.title("Engineer"))];
    const { people } = await livedata.people.search({ size: 10, filters }, { maxCredits: 10 });
    response.json(people.map(({ name, position }) => ({ name, title: position?.title })));
  });

  app.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });

  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (!isLiveDataError(error)) return next(error);
    const isMissing = error.code === "not_found";
    response.status(isMissing ? 404 : 502).json({ message: isMissing ? "nobody has this id" : "try again later" });
  };
  app.use(onError);
  return app;
}
