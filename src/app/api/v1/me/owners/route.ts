import { apiRoute } from "#app/api-route.ts";
import { chooseOwnOwners, OwnOwners } from "#commands/choose-own-owners.ts";

export const PUT = apiRoute({
  role: "viewer",
  summary: "Says which owners the signed-in person belongs to",
  body: OwnOwners,
  handle: ({ actor, body }) => chooseOwnOwners(actor, body),
});
