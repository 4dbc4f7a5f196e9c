import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { resetPassword } from "#commands/reset-password.ts";
import { UserId } from "#domain/account-input.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Replace a person's password by a one-time password, which is returned once",
  params: z.object({ id: UserId }),
  result: z.object({ oneTimePassword: z.string().nullable() }),
  handle: ({ actor, params: { id } }) => resetPassword(actor, { userId: id }),
});
