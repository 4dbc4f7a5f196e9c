import { headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import { type Actor, type Role, roleIncludes } from "#domain/role.ts";
import { authenticateSession, type SignedIn } from "#ingest/authenticate-session.ts";

/** The address the browser asked for (path and query), set by the proxy for pages. */
const PATH_HEADER = "x-breakwater-path";

// One look-up per request, however many components ask.
const signedIn = cache(async (): Promise<SignedIn | null> => authenticateSession(new Headers(await headers())));

/** Who is signed in, or null. For pages that look different to strangers. */
export async function currentActor(): Promise<Actor | null> {
  return (await signedIn())?.actor ?? null;
}

/**
 * Who is signed in, for a page that needs `role` (viewer when not given). Strangers are sent to sign in and come back to
 * this address; people with a one-time password change it first; a role that is too low renders the 403 page.
 */
export async function requirePageActor(role: Role = "viewer"): Promise<Actor> {
  const session = await signedIn();
  const back = `returnTo=${encodeURIComponent((await headers()).get(PATH_HEADER) ?? "/")}`;
  if (!session) redirect(`/login?${back}`);
  if (session.mustChangePassword) redirect(`/change-password?${back}`);
  if (!roleIncludes(session.actor.role, role)) forbidden();
  return session.actor;
}

/** The session of a page that people with a one-time password may see. */
export async function currentSession(): Promise<SignedIn | null> {
  return signedIn();
}
