import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { CreateUserInput, createUser } from "#commands/create-user.ts";
import { UserList, UserListParams, userList } from "#queries/account/user-list.ts";

export const GET = apiRoute({
  role: "admin",
  summary: "Accounts by e-mail address",
  query: UserListParams,
  result: UserList,
  handle: ({ actor, query }) => userList(actor, query),
});

export const POST = apiRoute({
  role: "admin",
  summary: "Add a person; without a password a one-time password is returned, once",
  body: CreateUserInput,
  result: z.object({ id: z.string(), oneTimePassword: z.string().nullable() }),
  status: 201,
  handle: ({ actor, body }) => createUser(actor, body),
});
