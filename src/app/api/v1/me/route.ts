import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { Role } from "#domain/role.ts";

/** Who the caller is, for pages and for checking a token. */
export const GET = apiRoute({
  role: "viewer",
  summary: "Who you are: a person, or the token that asks",
  allowOneTimePassword: true,
  result: z.object({ kind: z.enum(["user", "token", "system"]), id: z.string(), name: z.string(), role: Role }),
  handle: async ({ actor: { kind, id, name, role } }) => ({ kind, id, name, role }),
});
