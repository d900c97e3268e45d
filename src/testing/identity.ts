import { isForm, readForm, readJson } from "./read-body.js";
import type { Route } from "./router.js";
import type { SessionDesk } from "./sessions.js";

/** The operation of the identity service: JSON for a service account, a form for a user. */
export function identityRoutes(desk: SessionDesk): Route[] {
  return [
    {
      operation: "createSession",
      service: "identity",
      method: "POST",
      path: "/session",
      isPublic: true,
      run: ({ received }) => ({
        body: isForm(received)
          ? desk.openForUser(readForm(received, "createSession"))
          : desk.openForServiceAccount(readJson(received, "createSession")),
      }),
    },
  ];
}
