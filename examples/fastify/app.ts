import { createLiveData, isLiveDataError, type LiveData, verifyWebhook } from "@livedata/sdk";
import Fastify, { type FastifyInstance } from "fastify";

/** A small backend: lists people who just joined a company, and records job changes of our contacts. */
export function buildApp(
  livedata: LiveData = createLiveData(),
  webhookToken = "the token that you chose",
): FastifyInstance {
  const app = Fastify();
  const moves: (string | null | undefined)[] = [];

  app.get<{ Params: { company: string } }>("/joiners/:company", async ({ params }) => {
    const { people } = await livedata.people.search(
      {
        size: 10,
        sort_by: "-company_change_detected_at",
        filters: [
          {
            operator: "and",
            isJobsGroup: true,
            jobsGroupType: "active",
            filters: [
              { type: "must", field: "jobs.company.name", match_type: "exact", string_values: [params.company] },
            ],
          },
        ],
      },
      { maxCredits: 10 },
    );
    return people.map(({ name, position }) => ({ name, title: position?.title }));
  });

  app.post("/webhooks/live-data", async (request, reply) => {
    const { name } = await verifyWebhook(request, webhookToken);
    moves.push(name);
    return reply.code(204).send();
  });

  app.get("/moves", async () => moves);

  app.setErrorHandler((error, _request, reply) => {
    if (!isLiveDataError(error)) return reply.send(error);
    if (error.code === "webhook") return reply.code(error.reason === "token" ? 401 : 400).send();
    // The caller can only try again later. The log has the details; errors of the SDK hold no secrets.
    app.log.error(error);
    return reply.code(error.retryable ? 503 : 502).send({ message: "people data is currently unavailable" });
  });

  return app;
}
