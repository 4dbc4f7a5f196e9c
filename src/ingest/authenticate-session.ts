import { type Actor, Role } from "#domain/role.ts";
import { auth, CLIENT_HEADER } from "#store/account/auth.ts";
import { clientAddress } from "./client-address.ts";

export interface SignedIn {
  actor: Actor;
  email: string;
  sessionId: string;
  /** The password is a one-time one: nothing else may be done before it is changed. */
  mustChangePassword: boolean;
}

/** Who the session cookie in `headers` belongs to; null without a valid session or when the account is disabled. */
export async function authenticateSession(headers: Headers): Promise<SignedIn | null> {
  const cookie = headers.get("cookie");
  if (!cookie?.includes("breakwater.session_token")) return null;
  const address = clientAddress(headers);
  const found = await auth().api.getSession({ headers: new Headers({ cookie, [CLIENT_HEADER]: address }) });
  if (!found || found.user.banned) return null;
  const role = Role.safeParse(found.user.role);
  if (!role.success) return null;
  return {
    actor: { kind: "user", id: found.user.id, name: found.user.name, role: role.data, address },
    email: found.user.email,
    sessionId: found.session.id,
    mustChangePassword: Boolean(found.user.passwordExpiresAt),
  };
}
