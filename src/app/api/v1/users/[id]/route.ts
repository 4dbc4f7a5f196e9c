import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { deleteUser } from "#commands/delete-user.ts";
import { disableUser } from "#commands/disable-user.ts";
import { enableUser } from "#commands/enable-user.ts";
import { updateUserRole } from "#commands/update-user-role.ts";
import { UserId } from "#domain/account-input.ts";
import { Role } from "#domain/role.ts";

const Params = z.object({ id: UserId });

/** One change per call, so that each leaves one audit row. */
export const PATCH = apiRoute({
  role: "admin",
  summary: "Change the role of a person, or disable or enable the account",
  params: Params,
  body: z.union([z.strictObject({ role: Role }), z.strictObject({ disabled: z.boolean() })]),
  handle: async ({ actor, params: { id }, body }) => {
    if ("role" in body) await updateUserRole(actor, { userId: id, role: body.role });
    else if (body.disabled) await disableUser(actor, { userId: id });
    else await enableUser(actor, { userId: id });
  },
});

export const DELETE = apiRoute({
  role: "admin",
  summary: "Delete an account with its sessions and api tokens",
  params: Params,
  handle: ({ actor, params: { id } }) => deleteUser(actor, { userId: id }),
});
