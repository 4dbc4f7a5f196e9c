import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { EmailAddress } from "#domain/account-input.ts";
import { AppError } from "#domain/app-error.ts";
import type { Actor } from "#domain/role.ts";
import { countRefusal, forgiveRefusal } from "#store/account/api-token.ts";
import { auth, CLIENT_HEADER } from "#store/account/auth.ts";
import { isKnownSignInSource, noteSignInSource } from "#store/account/sign-in-source.ts";
import { noteSignIn, type UserRow, userByEmail } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";

/** Wrong passwords from one source, on whatever accounts. */
const PER_SOURCE = { limit: 10, windowMs: 60_000 };
/** Wrong passwords for one account from sources that never signed in to it: high, for whoever fills it keeps people out. */
const PER_ACCOUNT = { limit: 300, windowMs: 3_600_000 };

export interface AuthCall {
  email?: unknown;
  password?: unknown;
  cookie: string | null;
  userAgent: string | null;
  address: string;
  /** What wrong passwords are counted by: the address, or the network that one sender owns. */
  source: string;
  requestId: string;
}

/**
 * Signs a person in: answers with the session cookie. The library checks the password; failures come out as
 * AppErrors that say the same whether the account exists or not. One audit row either way.
 */
export async function signIn(call: AuthCall): Promise<Response> {
  const parsed = EmailAddress.safeParse(call.email);
  if (!parsed.success || typeof call.password !== "string" || call.password === "") {
    throw new AppError("validation-failed", "Enter your e-mail address and your password.", {
      faults: [
        parsed.success
          ? { pointer: "/password", detail: "must not be empty" }
          : { pointer: "/email", detail: "must be an e-mail address" },
      ],
    });
  }
  const email = parsed.data;
  // Counted before and taken back after success, so that many attempts at once cannot slip through together.
  const counters = [`sign-in-from:${call.source}`];
  await requireFewAttempts(`sign-in-from:${call.source}`, PER_SOURCE);
  if (!(await isKnownSignInSource(email, call.source))) {
    counters.push(`sign-in:${email}`);
    await requireFewAttempts(`sign-in:${email}`, PER_ACCOUNT);
  }
  const response = await send(call, "/sign-in/email", { email, password: call.password, rememberMe: true });
  const user = await userByEmail(email);
  await audit(call, { action: "session.sign-in", user, isDone: response.ok });
  if (!response.ok) return refuseSignIn(response);
  for (const counter of counters) await forgiveRefusal(counter);
  return new Response(null, { status: 204, headers: cookiesOf(response) });
}

/** Ends the session of the cookie. Answers 204 with the cookie removed, also when there was none. */
export async function signOut(call: AuthCall, actor: Actor | null): Promise<Response> {
  const response = await send(call, "/sign-out", {});
  if (actor) {
    await transaction((tx) =>
      recordAudit(tx, actor, { action: "session.sign-out", target: { kind: "user", id: actor.id, name: actor.name } }),
    );
  }
  return new Response(null, { status: 204, headers: cookiesOf(response) });
}

// Our own route has checked the origin; the library gets a request that carries only what it needs.
function send(call: AuthCall, path: string, body: unknown): Promise<Response> {
  const { publicUrl } = config();
  const headers = new Headers({
    "content-type": "application/json",
    origin: new URL(publicUrl).origin,
    [CLIENT_HEADER]: call.address,
  });
  if (call.cookie) headers.set("cookie", call.cookie);
  if (call.userAgent) headers.set("user-agent", call.userAgent.slice(0, 300));
  return auth().handler(
    new Request(`${publicUrl}/api/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
  );
}

function cookiesOf(response: Response): Headers {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const cookie of response.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return headers;
}

async function requireFewAttempts(
  counter: string,
  { limit, windowMs }: { limit: number; windowMs: number },
): Promise<void> {
  const { count, retryAfterSeconds } = await countRefusal(counter, clock.now().getTime(), { windowMs });
  if (count <= limit) return;
  throw new AppError("rate-limited", `Too many wrong passwords. Wait ${retryAfterSeconds} s, then try again.`, {
    retryAfterSeconds,
  });
}

async function refuseSignIn(response: Response): Promise<never> {
  if (response.status === 403) {
    const body: unknown = await response.json().catch(() => null);
    const message =
      body && typeof body === "object" && "message" in body && typeof body.message === "string" ? body.message : "";
    throw new AppError("forbidden", message || "This account cannot sign in. Ask a Breakwater admin.");
  }
  if (response.status >= 500) throw new Error(`the sign-in library answered ${response.status}`);
  throw new AppError(
    "unauthenticated",
    "E-mail or password is not right. Check both and try again, or ask a Breakwater admin for a new password.",
  );
}

async function audit(
  call: AuthCall,
  attempt: { action: string; user: UserRow | undefined; isDone: boolean },
): Promise<void> {
  const { user, isDone } = attempt;
  const origin = { address: call.address, requestId: call.requestId };
  // What a stranger typed is not kept: it may be a password in the wrong field.
  const actor: Actor =
    user && isDone
      ? { kind: "user", id: user.id, name: user.name, role: user.role, ...origin }
      : { kind: "system", id: "stranger", name: "Not signed in", role: "viewer", ...origin };
  await transaction(async (tx) => {
    if (user && isDone) {
      await noteSignIn(tx, user.id);
      await noteSignInSource(tx, user.id, call.source);
    }
    await recordAudit(tx, actor, {
      action: attempt.action,
      target: user ? { kind: "user", id: user.id, name: user.email } : { kind: "user", name: "unknown account" },
      outcome: isDone ? "done" : "refused",
    });
  });
}
