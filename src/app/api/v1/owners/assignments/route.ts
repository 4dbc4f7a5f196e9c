import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { assignOwner, OwnerAssignment } from "#commands/assign-owner.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Gives registries, hosts and repositories an owner",
  body: OwnerAssignment,
  result: z.object({ assigned: z.number() }),
  handle: ({ actor, body }) => assignOwner(actor, body),
});
