import { guardedRoute } from "#app/api-route.ts";
import { requireSameOrigin } from "#app/same-origin.ts";
import { signIn, signOut } from "#commands/answer-auth-request.ts";
import { AppError } from "#domain/app-error.ts";
import { authenticateSession } from "#ingest/authenticate-session.ts";
import { addressGroup, clientAddress } from "#ingest/client-address.ts";
import { readCappedJson } from "#ingest/read-capped-body.ts";

/** Sign in and sign out. The rest of the library's own routes stays closed: accounts change through /api/v1. */
export const POST = guardedRoute(
  {
    guard: { kind: "public", because: "people sign in here; origin, password and rate limit are checked" },
    summary: "sign-in/email and sign-out",
  },
  async (request, context, requestId) => {
    const { all } = await context.params;
    const path = Array.isArray(all) ? all.join("/") : all;
    requireSameOrigin(request);
    const { headers } = request;
    const address = clientAddress(headers);
    const call = {
      cookie: headers.get("cookie"),
      userAgent: headers.get("user-agent"),
      address,
      source: addressGroup(address),
      requestId,
    };
    if (path === "sign-in/email")
      return signIn({ ...call, ...credentials(await readCappedJson(request, { maxBytes: 10_000 })) });
    if (path === "sign-out") {
      const session = await authenticateSession(headers);
      return signOut(call, session ? { ...session.actor, requestId } : null);
    }
    throw new AppError("not-found", "There is no such address. Sign in with POST /api/auth/sign-in/email.");
  },
);

function credentials(body: unknown): { email?: unknown; password?: unknown } {
  if (typeof body !== "object" || body === null) return {};
  return { email: "email" in body ? body.email : undefined, password: "password" in body ? body.password : undefined };
}
