import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { connectRegistry } from "#commands/connect-registry.ts";
import { createRegistryClient } from "#connectors/registry/client.ts";
import type { Actor } from "#domain/role.ts";
import { enqueue } from "#store/queue/queue.ts";
import { selectRows, sql } from "#store/sql.ts";
import {
  type LayoutImage,
  missingRegistry,
  type RealRegistry,
  skopeo,
  skopeoPush,
  startDockerRegistry,
  writeLayout,
} from "../registry-double/docker-registry.ts";
import { drainJobs, waitingJobs } from "../registry-double/drain-jobs.ts";
import { type EventsServer, startEventsServer } from "../registry-double/events-server.ts";
import { describeWhere } from "../support/where.ts";

const admin: Actor = { kind: "system", id: "test", name: "Test admin", role: "admin" };

describeWhere(missingRegistry(), "against Debian's docker-registry, pushed to by skopeo", () => {
  let registry: RealRegistry;
  let hook: EventsServer;
  let registryId = "";
  let token = "";
  const layouts: LayoutImage[] = [];
  const layout = (seed: string) => {
    const made = writeLayout(seed);
    layouts.push(made);
    return made;
  };

  beforeAll(async () => {
    hook = await startEventsServer(() => registryId);
    const plain = await startDockerRegistry();
    const connected = await connectRegistry(admin, {
      kind: "oci",
      url: plain.url,
      authKind: "password",
      username: plain.username,
      password: plain.password,
      name: "Real",
    });
    registryId = connected.id;
    token = connected.webhook.token;
    await plain.stop();
    registry = await startDockerRegistry({ notify: { url: hook.url, headers: { Authorization: `Bearer ${token}` } } });
    const { execute } = await import("#store/sql.ts");
    await execute(sql`update registry set url = ${registry.url} where id = ${registryId}`);
  });

  afterAll(async () => {
    await registry?.stop();
    await hook?.stop();
    for (const made of layouts) made.remove();
  });

  test("a push arrives as notifications and becomes one image, one place, one scan", async () => {
    const image = layout("one");
    await skopeoPush(image, registry, "team/app:1.0");
    await until(async () => (await count(sql`select count(*)::int as n from delivery where outcome = 'queued'`)) === 1);
    await drainJobs("read-manifest");
    const rows = await selectRows(
      z.object({
        name: z.string(),
        digest: z.string(),
        platform: z.string(),
        state: z.string(),
        layers: z.array(z.unknown()),
        config: z.unknown(),
      }),
      sql`select r.name, 'sha256:' || encode(p.digest, 'hex') as digest, p.platform, i.scan_state as state, i.layers, i.config
            from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
            join image i on i.registry_id = p.registry_id and i.digest = p.digest`,
    );
    expect(rows).toMatchObject([
      {
        name: "team/app",
        digest: image.digest,
        platform: "linux/amd64",
        state: "queued",
        layers: [{ digest: image.layerDigest, diffId: image.diffId }],
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain("SECRET");
    expect(await waitingJobs("scan-image")).toBe(1);
    expect(await count(sql`select count(*)::int as n from push`)).toBe(1);
  });

  test("a second tag on the same digest is a push but no second scan; our own reads are no event", async () => {
    const [image] = layouts;
    if (!image) throw new Error("no image");
    await skopeoPush(image, registry, "team/app:again");
    await until(async () => (await count(sql`select count(*)::int as n from delivery where tag = 'again'`)) === 1);
    await drainJobs("read-manifest");
    expect(await count(sql`select count(*)::int as n from push`)).toBe(2);
    expect(await count(sql`select count(*)::int as n from image_scan`)).toBe(1);
    expect(await waitingJobs("read-manifest")).toBe(0);
  });

  test("a tag that moves keeps its history and retires the image nothing points to", async () => {
    const next = layout("two");
    await skopeoPush(next, registry, "team/app:1.0");
    await skopeoPush(next, registry, "team/app:again");
    await until(
      async () => (await count(sql`select count(*)::int as n from delivery where digest = ${next.digest}`)) === 2,
    );
    await drainJobs("read-manifest");
    const pushes = await selectRows(
      z.object({ tag: z.string(), previous: z.string().nullable() }),
      sql`select tag, 'sha256:' || encode(previous_digest, 'hex') as previous from push where digest = decode(${next.digest.slice(7)}, 'hex') order by tag`,
    );
    expect(pushes).toEqual([
      { tag: "1.0", previous: layouts[0]?.digest },
      { tag: "again", previous: layouts[0]?.digest },
    ]);
    const retired = await selectRows(
      z.object({ reason: z.string() }),
      sql`select retired_reason as reason from placement where retired_at is not null`,
    );
    expect(retired).toEqual([{ reason: "No tag and no index points to it any longer" }]);
  });

  test("a digest deleted in the registry retires its tags and its image after a 404", async () => {
    const image = layout("to be deleted");
    await skopeoPush(image, registry, "team/gone:a");
    await skopeoPush(image, registry, "team/gone:b");
    await until(
      async () => (await count(sql`select count(*)::int as n from delivery where digest = ${image.digest}`)) === 2,
    );
    await drainJobs("read-manifest");
    await skopeo([
      "delete",
      "--tls-verify=false",
      "--creds",
      `${registry.username}:${registry.password}`,
      `docker://${registry.host}/team/gone:a`,
    ]);
    await until(async () => (await count(sql`select count(*)::int as n from delivery where action = 'delete'`)) === 3);
    await drainJobs("verify-delete");
    const rows = await selectRows(
      z.object({ what: z.string(), reason: z.string() }),
      sql`with repo as (select id from repository where name = 'team/gone')
          select 'tag ' || name as what, retired_reason as reason from tag where repository_id = (select id from repo) and retired_at is not null
          union all select 'place', retired_reason from placement where repository_id = (select id from repo) and retired_at is not null
          union all select 'repository', retired_reason from repository where name = 'team/gone' and retired_at is not null order by 1`,
    );
    expect(rows.map((row) => row.what)).toEqual(["place", "repository", "tag a", "tag b"]);
    // The three events may be looked at in any order; when the tags come first, the image is gone for lack of one.
    expect(["The image was deleted in the registry", "No tag and no index points to it any longer"]).toContain(
      rows[0]?.reason,
    );
  });

  test("a delete that the registry does not confirm changes nothing", async () => {
    const before = await count(sql`select count(*)::int as n from placement where retired_at is null`);
    const digest = layouts[1]?.digest ?? "";
    const event = { id: "made-up", action: "delete", target: { digest, repository: "team/app" } };
    const answer = await fetch(hook.url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ events: [event] }),
    });
    expect(answer.status).toBe(202);
    expect(await drainJobs("verify-delete")).toBe(1);
    expect(await count(sql`select count(*)::int as n from placement where retired_at is null`)).toBe(before);
  });

  test("the comparison finds pushes and deletes that no event told about", async () => {
    const second = await startDockerRegistry();
    try {
      const connected = await connectRegistry(admin, {
        kind: "oci",
        url: second.url,
        authKind: "password",
        username: second.username,
        password: second.password,
        name: "Silent",
        ignoreTags: ["pr-*"],
      });
      await drainJobs("reconcile-registry");
      const image = layout("silent one");
      await skopeoPush(image, second, "silent/app:1");
      await skopeoPush(image, second, "silent/app:pr-77");
      await skopeoPush(layout("silent two"), second, "silent/other:1");
      await enqueue("reconcile-registry", { registryId: connected.id, trigger: "person" });
      await drainJobs("reconcile-registry");
      const Row = z.object({ name: z.string(), live: z.boolean() });
      const tags = () =>
        selectRows(
          Row,
          sql`select r.name || ':' || t.name as name, t.retired_at is null as live from tag t join repository r on r.registry_id = t.registry_id and r.id = t.repository_id
        where t.registry_id = ${connected.id} order by 1`,
        );
      expect(await tags()).toEqual([
        { name: "silent/app:1", live: true },
        { name: "silent/other:1", live: true },
      ]);
      await skopeo([
        "delete",
        "--tls-verify=false",
        "--creds",
        `${second.username}:${second.password}`,
        `docker://${second.host}/silent/other:1`,
      ]);
      await enqueue("reconcile-registry", { registryId: connected.id, trigger: "person" });
      await drainJobs("reconcile-registry");
      expect(await tags()).toEqual([
        { name: "silent/app:1", live: true },
        { name: "silent/other:1", live: false },
      ]);
      const [state] = await selectRows(
        z.object({ state: z.string(), sync: z.unknown(), summary: z.string() }),
        sql`select r.state, r.sync, s.state as summary from registry r join resource_summary s on s.root_id = r.id where r.id = ${connected.id}`,
      );
      expect(state).toMatchObject({
        state: "connected",
        summary: "connected",
        sync: { state: "done", repositoriesTotal: 2, repositoriesDone: 2, tagsFound: 1, pushesFound: 0 },
      });
      await second.stop();
      await enqueue("reconcile-registry", { registryId: connected.id, trigger: "person" });
      await drainJobs("reconcile-registry");
      const [down] = await selectRows(
        z.object({ state: z.string(), reason: z.string() }),
        sql`select state, state_reason as reason from registry where id = ${connected.id}`,
      );
      expect(down).toEqual({
        state: "unreachable",
        reason: `${second.host} refused the connection: nothing listens there.`,
      });
    } finally {
      await second.stop().catch(() => {});
    }
  });

  test("wrong credentials, a missing repository and a missing tag are told apart", async () => {
    const wrong = createRegistryClient({ url: registry.url, credentials: { username: "breaker", password: "no" } });
    await expect(wrong.authenticate()).rejects.toMatchObject({ reason: "unauthenticated" });
    const client = createRegistryClient({ url: registry.url, credentials: registry });
    await expect(client.tags("no/such").next()).rejects.toMatchObject({ reason: "notFound" });
    expect(await client.headManifest("team/app", "nope")).toBeNull();
    await expect(
      skopeo(["inspect", "--tls-verify=false", "--creds", "breaker:no", `docker://${registry.host}/team/app:1.0`]),
    ).rejects.toThrow();
  });
});

async function count(statement: ReturnType<typeof sql>): Promise<number> {
  const [row] = await selectRows(z.object({ n: z.number() }), statement);
  return row?.n ?? 0;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error("what was waited for did not happen within 10 s");
}
