import { afterEach, expect, test } from "vitest";
import { signIn } from "#commands/answer-auth-request.ts";
import { createUser } from "#commands/create-user.ts";
import { deleteUser } from "#commands/delete-user.ts";
import { disableUser } from "#commands/disable-user.ts";
import { revokeToken } from "#commands/revoke-token.ts";
import { systemActor } from "#commands/system-actor.ts";
import { updateUserRole } from "#commands/update-user-role.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { walkedRoutes } from "./walked-routes.ts";

const root = systemActor({ name: "test" });
const password = "a quite long password";
const route = walkedRoutes.find(({ pattern }) => pattern === "/api/v1/stream");
const open: ReadableStreamDefaultReader<Uint8Array>[] = [];
afterEach(async () => {
  for (const reader of open.splice(0)) await reader.cancel().catch(() => {});
});

async function follow(headers: Record<string, string>): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const request = new Request("http://127.0.0.1:3000/api/v1/stream", {
    headers: { host: "127.0.0.1:3000", ...headers },
  });
  const response = await route?.handler(request, { params: Promise.resolve({}) });
  const reader = response?.body?.getReader();
  if (!reader) throw new Error("no stream");
  open.push(reader);
  await reader.read();
  return reader;
}

/** Reads until the stream ends. */
async function ends(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
  for (;;) if ((await reader.read()).done) return true;
}

async function person(email: string): Promise<{ id: string; cookie: string }> {
  const { id } = await createUser(root, { email, name: email, role: "admin", password });
  const call = { email, password, cookie: null, userAgent: null, address: "192.0.2.1", source: email, requestId: "r" };
  const cookie = (await signIn(call)).headers
    .getSetCookie()
    .map((part) => part.split(";")[0])
    .join("; ");
  return { id, cookie };
}

test.each([
  { what: "disabled", act: (userId: string) => disableUser(root, { userId }) },
  { what: "deleted", act: (userId: string) => deleteUser(root, { userId }) },
  { what: "given another role", act: (userId: string) => updateUserRole(root, { userId, role: "viewer" }) },
])(
  "the open stream of a person who is $what ends, and others' go on",
  async ({ what, act }) => {
    const gone = await person(`${what.replaceAll(" ", "")}@example.com`);
    const stays = await person(`stays-${what.replaceAll(" ", "")}@example.com`);
    const [theirs, others] = [await follow({ cookie: gone.cookie }), await follow({ cookie: stays.cookie })];
    await act(gone.id);
    expect(await ends(theirs)).toBe(true);
    expect((await others.read()).done).toBe(false);
  },
  30_000,
);

test("the stream of a revoked token ends", async () => {
  const { id, token } = await insertApiToken(pool(), { kind: "api", name: "reader", role: "admin" });
  const reader = await follow({ authorization: `Bearer ${token}` });
  await revokeToken(root, { tokenId: id });
  expect(await ends(reader)).toBe(true);
}, 30_000);

test("a stream that is left before it began follows nothing", async () => {
  const { token } = await insertApiToken(pool(), { kind: "api", name: "hasty", role: "viewer" });
  const request = new Request("http://127.0.0.1:3000/api/v1/stream", { headers: { authorization: `Bearer ${token}` } });
  const response = await route?.handler(request, { params: Promise.resolve({}) });
  await response?.body?.cancel();
  const feed = (globalThis as { breakwaterChangeFeed?: { followers: number } }).breakwaterChangeFeed;
  await expect.poll(() => feed?.followers).toBe(0);
});
