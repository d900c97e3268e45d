import { mediaTypeOf, readForm, readJson } from "./read-body.js";
import { Refusal } from "./reply.js";
import type { Route } from "./router.js";
import type { SessionDesk } from "./sessions.js";

/** The operation of the identity service: JSON for a service account, a form for a user. */
export function identityRoutes(desk: SessionDesk): Route[] {
  return [
    {
      operation: "createSession",
      method: "POST",
      path: "/api/identity/v1/session",
      isPublic: true,
      async run({ request }) {
        switch (mediaTypeOf(request)) {
          case "application/json":
            return { body: desk.openForServiceAccount(await readJson(request, "createSession")) };
          case "application/x-www-form-urlencoded":
            return { body: desk.openForUser(await readForm(request, "createSession")) };
          default:
            throw new Refusal(400, "The body must be application/json or application/x-www-form-urlencoded");
        }
      },
    },
  ];
}
