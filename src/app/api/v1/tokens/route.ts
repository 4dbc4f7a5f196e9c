import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { CreateTokenInput, createToken } from "#commands/create-token.ts";
import { TokenList, TokenListParams, tokenList } from "#queries/account/token-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Tokens, newest first: admins see all, others their own",
  query: TokenListParams,
  result: TokenList,
  handle: ({ actor, query }) => tokenList(actor, query),
});

export const POST = apiRoute({
  role: "viewer",
  summary: "Make a token; its text is returned once",
  body: CreateTokenInput,
  result: z.object({ id: z.string(), token: z.string(), expiresAt: z.string().nullable() }),
  status: 201,
  handle: ({ actor, body }) => createToken(actor, body),
});
