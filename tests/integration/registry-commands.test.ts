import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { checkRegistryConnection } from "#commands/check-registry-connection.ts";
import { connectRegistry } from "#commands/connect-registry.ts";
import { disconnectRegistry } from "#commands/disconnect-registry.ts";
import { loadDemo } from "#commands/load-demo.ts";
import { pauseRegistry } from "#commands/pause-registry.ts";
import { removeDemo } from "#commands/remove-demo.ts";
import { resyncRegistry } from "#commands/resync-registry.ts";
import { rotateRegistrySecret } from "#commands/rotate-registry-secret.ts";
import { testRegistry } from "#commands/test-registry.ts";
import { updateRegistry } from "#commands/update-registry.ts";
import { type DemoRegistry, startDemoRegistry } from "#demo/demo-registry.ts";
import { generateImage } from "#demo/generate-image.ts";
import { deleteImage, pushImage } from "#demo/push-image.ts";
import type { Actor, Role } from "#domain/role.ts";
import { ingestRegistryEvents } from "#ingest/registry-events.ts";
import { newId } from "#store/ids.ts";
import { findRegistry } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";
import { selectRows, sql } from "#store/sql.ts";
import { drainJobs, waitingJobs } from "../registry-double/drain-jobs.ts";

const actor = (role: Role): Actor => ({ kind: "system", id: role, name: `a ${role}`, role });
const admin = actor("admin");
const credentials = { username: "demo", password: "first password" };
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-commands-"));
let registry: DemoRegistry;
let id = "";
let token = "";

const connection = (more: object = {}) => ({
  kind: "oci",
  url: registry.url,
  authKind: "password",
  ...credentials,
  name: "Mine",
  ...more,
});
const image = (seed: string) =>
  generateImage({
    architecture: "amd64",
    createdAt: new Date("2026-01-02T00:00:00Z"),
    layers: [{ createdBy: "x", files: [{ path: "a", content: seed }] }],
  });
const push = (repository: string, tag: string, seed: string) =>
  pushImage({ url: registry.url, credentials }, { repository, tag }, image(seed));
const lastAudit = async () =>
  (
    await selectRows(
      z.object({ action: z.string(), actor: z.string(), after: z.unknown(), before: z.unknown() }),
      sql`select action, actor_name as actor, before, after from audit_entry order by at desc, id desc limit 1`,
    )
  )[0];

beforeAll(async () => {
  registry = await startDemoRegistry({ storage: folder, credentials });
  await push("team/app", "1", "one");
});
afterAll(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every command is refused below admin, before it looks at its input", async () => {
  for (const role of ["viewer", "analyst"] as const) {
    const calls = [
      testRegistry,
      connectRegistry,
      updateRegistry,
      rotateRegistrySecret,
      resyncRegistry,
      pauseRegistry,
      disconnectRegistry,
      checkRegistryConnection,
      loadDemo,
      removeDemo,
    ];
    for (const command of calls)
      await expect(
        (command as (actor: Actor, input: unknown) => Promise<unknown>)(actor(role), { nonsense: true }),
      ).rejects.toMatchObject({ code: "forbidden" });
  }
  expect(await selectRows(z.object({}), sql`select 1 from audit_entry`)).toEqual([]);
});

describe("connecting", () => {
  test("a test names every right and saves nothing but its audit row", async () => {
    const rights = await testRegistry(admin, connection());
    expect(rights.rights.map((right) => `${right.name} ${right.state}`)).toEqual([
      "reach granted",
      "authenticate granted",
      "catalog granted",
      "listTags granted",
      "pullManifest granted",
      "pullBlob granted",
    ]);
    expect(rights.triedOn).toBe("team/app");
    expect((await lastAudit())?.action).toBe("registry.test");
    expect(await selectRows(z.object({}), sql`select 1 from registry`)).toEqual([]);
    const wrong = await testRegistry(admin, connection({ password: "no" }));
    expect(wrong.rights.map((right) => right.state)).toEqual([
      "granted",
      "denied",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
  });

  test.each([
    ["user info in the address", { url: "http://u:p@127.0.0.1:1" }, "url"],
    ["a path", { url: "https://r.example/team/app" }, "url"],
    ["plain http elsewhere than loopback", { url: "http://registry.example" }, "url"],
    ["a missing password", { password: undefined }, "password"],
    ["a token without repositories", { authKind: "repositoryToken" }, "repositories"],
    ["a certificate that is none", { caPem: "hello" }, "caPem"],
    ["a repository that is none", { repositories: ["../x"] }, "repositories"],
  ])("%s is refused with its field", async (_, more, field) => {
    const error = await connectRegistry(admin, connection(more)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(z.ZodError);
    expect((error as z.ZodError).issues[0]?.path[0]).toBe(field);
  });

  test("wrong credentials connect nothing and are said in words", async () => {
    await expect(connectRegistry(admin, connection({ password: "no" }))).rejects.toMatchObject({
      code: "upstream-refused",
      message: expect.stringContaining("refused the user name or the password") as string,
    });
    await expect(connectRegistry(admin, connection({ url: "http://127.0.0.1:1" }))).rejects.toMatchObject({
      code: "upstream-unreachable",
    });
    expect(await selectRows(z.object({}), sql`select 1 from registry`)).toEqual([]);
  });

  test("what connects shows at once, with its credential encrypted and its webhook ready to paste", async () => {
    const connected = await connectRegistry(admin, connection({ owner: "team a" }));
    ({ id } = connected);
    ({ token } = connected.webhook);
    expect(connected.webhook.url).toMatch(new RegExp(`/api/v1/ingest/registries/${id}/events$`));
    expect(connected.webhook.snippets.map((snippet) => snippet.text.includes(token))).toEqual([true, true, true, true]);
    const [summary] = await selectRows(
      z.object({ state: z.string(), name: z.string(), owner: z.string() }),
      sql`select state, name, owner from resource_summary where root_id = ${id}`,
    );
    expect(summary).toEqual({ state: "connecting", name: "Mine", owner: "team a" });
    const row = await findRegistry(id);
    expect(await readSecret(row?.secretId ?? "")).toBe(credentials.password);
    const everything = JSON.stringify(
      await selectRows(
        z.object({ row: z.unknown() }),
        sql`select to_jsonb(r) as row from registry r union all select to_jsonb(a) from audit_entry a union all select to_jsonb(s) from secret s union all select to_jsonb(t) from api_token t`,
      ),
    );
    expect(everything).not.toContain(credentials.password);
    expect(everything).not.toContain(token);
    expect(await waitingJobs("reconcile-registry")).toBe(1);
    await drainJobs("reconcile-registry");
    expect((await findRegistry(id))?.state).toBe("connected");
    await expect(connectRegistry(admin, connection())).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("managing", () => {
  test("rules change with before and after in the audit log, and start a comparison", async () => {
    await updateRegistry(admin, { registryId: id, name: "Renamed", ignoreTags: ["pr-*"], reconcileMinutes: 30 });
    const row = await findRegistry(id);
    expect(row).toMatchObject({
      name: "Renamed",
      owner: "team a",
      settings: { ignoreTags: ["pr-*"], reconcileMinutes: 30, retireUntagged: true },
    });
    expect(await lastAudit()).toMatchObject({
      action: "registry.update",
      before: { name: "Mine" },
      after: { name: "Renamed" },
    });
    expect(await waitingJobs("reconcile-registry")).toBe(1);
    await expect(updateRegistry(admin, { registryId: id, reconcileMinutes: 1 })).rejects.toBeInstanceOf(z.ZodError);
    await expect(updateRegistry(admin, { registryId: newId(), name: "x" })).rejects.toMatchObject({
      code: "not-found",
    });
    await drainJobs("reconcile-registry");
  });

  test("tags that the rules leave out are not followed, and those known are retired", async () => {
    await push("team/app", "keep", "two");
    await push("team/app", "drop", "three");
    await resyncRegistry(admin, { registryId: id });
    await drainJobs("reconcile-registry");
    await updateRegistry(admin, { registryId: id, ignoreTags: ["dr*p"] });
    await drainJobs("reconcile-registry");
    expect(await tags()).toEqual(["1", "keep"]);
  });

  test("while paused events are only noted; resuming finds what was missed", async () => {
    await pauseRegistry(admin, { registryId: id, paused: true });
    await push("team/app", "during", "four");
    const event = {
      id: "e1",
      action: "push",
      target: {
        repository: "team/app",
        tag: "during",
        digest: image("four").digest,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
      },
    };
    const answer = await send(event);
    expect(answer.body).toMatchObject({ queued: 0, ignored: 1 });
    expect(await drainJobs("read-manifest")).toBe(0);
    expect(await tags()).not.toContain("during");
    await expect(resyncRegistry(admin, { registryId: id })).rejects.toMatchObject({ code: "conflict" });
    await pauseRegistry(admin, { registryId: id, paused: false });
    await drainJobs("reconcile-registry");
    expect(await tags()).toContain("during");
    expect((await findRegistry(id))?.state).toBe("connected");
  });

  test("a new webhook token ends the old one", async () => {
    const rotated = await rotateRegistrySecret(admin, { registryId: id, what: "webhookToken" });
    if (rotated.what !== "webhookToken") throw new Error("wrong answer");
    await expect(send({ action: "ping" })).rejects.toMatchObject({ code: "unauthenticated" });
    ({ token } = rotated.webhook);
    expect((await send({ action: "ping" })).status).toBe(202);
  });

  test("a new credential is tested before it replaces the old one", async () => {
    const before = await findRegistry(id);
    await expect(
      rotateRegistrySecret(admin, { registryId: id, what: "credential", password: "wrong" }),
    ).rejects.toMatchObject({ code: "upstream-refused" });
    expect((await findRegistry(id))?.secretId).toBe(before?.secretId);
    await rotateRegistrySecret(admin, { registryId: id, what: "credential", password: credentials.password });
    const after = await findRegistry(id);
    expect(after?.secretId).not.toBe(before?.secretId);
    expect(await readSecret(before?.secretId ?? "")).toBeUndefined();
    await drainJobs("reconcile-registry");
  });

  test("a stored connection can be tested again, and a deleted image is found by the comparison", async () => {
    const rights = await checkRegistryConnection(admin, { registryId: id });
    expect(rights.rights.every((right) => right.state === "granted")).toBe(true);
    await deleteImage({ url: registry.url, credentials }, { repository: "team/app", digest: image("four").digest });
    await resyncRegistry(admin, { registryId: id });
    await drainJobs("reconcile-registry");
    expect(await tags()).toEqual(["1", "keep"]);
  });

  test("disconnecting needs the name, takes the data from the lists and keeps the history", async () => {
    await expect(disconnectRegistry(admin, { registryId: id, confirmName: "Mine" })).rejects.toMatchObject({
      code: "validation-failed",
    });
    const before = await findRegistry(id);
    await disconnectRegistry(admin, { registryId: id, confirmName: "Renamed" });
    expect(await findRegistry(id)).toBeUndefined();
    expect(await readSecret(before?.secretId ?? "")).toBeUndefined();
    await expect(send({ action: "ping" })).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await selectRows(z.object({}), sql`select 1 from resource_summary where root_id = ${id}`)).toEqual([]);
    expect(
      await selectRows(z.object({}), sql`select 1 from placement where registry_id = ${id} and retired_at is null`),
    ).toEqual([]);
    expect(
      (await selectRows(z.object({}), sql`select 1 as a from push where registry_id = ${id}`)).length,
    ).toBeGreaterThan(3);
    expect((await lastAudit())?.action).toBe("registry.disconnect");
    // The address is free again.
    await connectRegistry(admin, connection());
  });
});

async function tags(): Promise<string[]> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select name from tag where registry_id = ${id} and retired_at is null order by 1`,
  );
  return rows.map((row) => row.name);
}

function send(body: unknown) {
  return ingestRegistryEvents(
    id,
    new Request("http://localhost/", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    }),
  );
}
