import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { revokeToken } from "#commands/revoke-token.ts";

export const DELETE = apiRoute({
  role: "viewer",
  summary: "Revoke a token: your own, or any as an admin",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params: { id } }) => revokeToken(actor, { tokenId: id }),
});
