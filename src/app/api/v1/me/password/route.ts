import { apiRoute } from "#app/api-route.ts";
import { ChangeOwnPasswordInput, changeOwnPassword } from "#commands/change-own-password.ts";
import { authenticateSession } from "#ingest/authenticate-session.ts";

/** Changes the caller's own password and ends their other sessions. */
export const POST = apiRoute({
  role: "viewer",
  summary: "Change your own password",
  body: ChangeOwnPasswordInput,
  allowOneTimePassword: true,
  handle: async ({ actor, body, request }) => {
    const session = actor.kind === "user" ? await authenticateSession(request.headers) : null;
    await changeOwnPassword(actor, body, session?.sessionId);
  },
});
