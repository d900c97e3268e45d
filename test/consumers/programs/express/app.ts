import { createLiveData, isLiveDataError, type LiveData, unwrap, verifyWebhook } from "@livedata/sdk";
import express, { type ErrorRequestHandler, type Express } from "express";

/** A small backend: returns a person, and records job changes of our contacts. */
export function buildApp(livedata: LiveData = createLiveData(), webhookToken = "the token that you chose"): Express {
  const app = express();
  const moves: (string | null | undefined)[] = [];
  app.use(express.json());

  app.get("/people/:id", async (request, response) => {
    const { id } = request.params;
    const { name, position } = unwrap(await livedata.people.GET("/person/{id}", { params: { path: { id } } }));
    response.json({ name, company: position?.company?.name });
  });

  app.post("/webhooks/live-data", async (request, response) => {
    const { name } = await verifyWebhook(request, webhookToken);
    moves.push(name);
    response.sendStatus(204);
  });

  app.get("/moves", (_request, response) => {
    response.json(moves);
  });

  const handleError: ErrorRequestHandler = (error, _request, response, next) => {
    if (!isLiveDataError(error)) return next(error);
    if (error.code === "not_found") return response.sendStatus(404);
    if (error.code === "webhook") return response.sendStatus(error.reason === "token" ? 401 : 400);
    return response.sendStatus(error.retryable ? 503 : 502);
  };
  app.use(handleError);
  return app;
}
