import { beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#domain/role.ts";
import { ComputeOverviewParams, computeOverview } from "#queries/count/compute-overview.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";
import { coverage } from "#queries/count/coverage.ts";
import { frameSummary } from "#queries/count/frame-summary.ts";
import { registryDetail } from "#queries/registry/registry-detail.ts";
import { RegistryEventsParams, registryEvents } from "#queries/registry/registry-events.ts";
import { RegistryImagesParams, registryImages } from "#queries/registry/registry-images.ts";
import { RegistryRepositoriesParams, registryRepositories } from "#queries/registry/registry-repositories.ts";
import { repositoryDetail } from "#queries/registry/repository-detail.ts";
import { RepositoryPushesParams, repositoryPushes } from "#queries/registry/repository-pushes.ts";
import { welcomeState } from "#queries/welcome-state.ts";
import { pool } from "#store/client.ts";
import { newId, stableUuid } from "#store/ids.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { addFlaws, addImage, addRegistries, debian, otherRegistryId, recountAll, registryId } from "./query-estate.ts";

const viewer: Actor = { kind: "user", id: "viewer", name: "Viewer", role: "viewer" };
const containers = (params: Record<string, string> = {}) => containersOverview(viewer, ContainersParams.parse(params));
const images = (params: Record<string, string> = {}) =>
  registryImages(viewer, RegistryImagesParams.parse({ ...params, registryId }));
const pushes = (repository: string) =>
  repositoryPushes(viewer, RepositoryPushesParams.parse({ registryId, repository }));

beforeAll(async () => {
  await addRegistries();
  await addImage({
    repository: "shop/api",
    name: "api-1",
    tag: "latest",
    daysAgo: 9,
    packages: [debian("openssl", "1.0"), debian("curl", "1.0")],
  });
  await addImage({
    repository: "shop/api",
    name: "api-2",
    tag: "latest",
    daysAgo: 4,
    packages: [debian("openssl", "1.0"), debian("zlib", "1.0")],
  });
  await addImage({ repository: "shop/web", name: "web-1", tag: "1.0", daysAgo: 3, packages: [debian("bash", "5.2")] });
  await addImage({
    repository: "shop/odd",
    name: "odd-1",
    tag: "1.0",
    daysAgo: 2,
    packages: [debian("bash", "5.2")],
    osState: "unknown-distribution",
  });
  await addImage({ repository: "shop/new", name: "new-1", tag: "1.0", daysAgo: 1, packages: [], scanned: false });
  await addFlaws([
    { key: "CVE-2026-1", severity: "critical", packages: ["openssl"], fixed: "2.0", kev: true },
    { key: "CVE-2026-2", severity: "high", packages: ["curl"], fixed: null },
    { key: "CVE-2026-3", severity: "medium", packages: ["zlib"], fixed: "2.0" },
  ]);
  await recountAll();
  await saveSummaries(pool(), "registry", [registryId, otherRegistryId]);
  await pool().query("update resource_summary set last_data_at = now() - interval '3 hours'");
});

describe("Containers", () => {
  it("counts what it lists, in every named view", async () => {
    const overview = await containers();
    expect(overview.rows.map((row) => row.name)).toEqual(["shop", "lab"]);
    for (const view of ["all", "needsAction", "production", "notReporting"] as const) {
      const filtered = await containers({ view });
      expect(filtered.rows.length, view).toBe(overview.views[view]);
      expect(filtered.matching, view).toBe(overview.views[view]);
    }
    expect(overview.kinds.registry).toEqual({ total: 2, unhealthy: 1, healthy: 0, unknown: 1 });
  });

  it("finds silence from the time of the last data, when it is read", async () => {
    const overview = await containers();
    expect(overview.rows.map((row) => [row.name, row.signal])).toEqual([
      ["shop", "stale"],
      ["lab", "stale"],
    ]);
    await pool().query("update resource_summary set last_data_at = now() where root_id = $1", [registryId]);
    const later = await containers();
    expect(later.rows[0]?.signal).toBe("connected");
    expect(later.freshness).toEqual({ onTime: 1, late: 0, stale: 1, withoutData: 0, paused: 0, total: 2 });
    expect((await frameSummary(viewer)).notReporting).toMatchObject({ count: 1, worst: { name: "lab" } });
  });

  it("never calls a registry without images healthy", async () => {
    const [lab] = (await containers({ q: "lab" })).rows;
    expect(lab).toMatchObject({ posture: "unknown", healthy: 0, unhealthy: 0, unknown: 0 });
  });

  it("names the worst finding", async () => {
    const [shop] = (await containers({ q: "shop" })).rows;
    expect(shop?.worst).toMatchObject({
      vulnerabilityKey: "CVE-2026-1",
      packageName: "openssl",
      severity: "critical",
      images: 2,
      kev: true,
    });
  });

  it.each(["risk", "name", "lastData"])("pages by %s without losing or repeating a row", async (sort) => {
    const extra = Array.from({ length: 230 }, (_, index) => index);
    for (const index of extra) {
      await pool().query(
        `insert into resource_summary (root_id, kind, name, detail, state, contents_unit, risk, last_data_at) values ($1, 'host', $2, 'x', 'connected', 'running', $3, $4) on conflict do nothing`,
        [
          stableUuid("host", String(index)),
          `host-${index % 7}`,
          index % 5,
          index % 3 === 0 ? null : new Date(1_700_000_000_000 + (index % 4) * 1000),
        ],
      );
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await containers({ sort, type: "host", cursor });
      seen.push(...page.rows.map((row) => row.rootId));
      cursor = page.nextCursor;
    }
    expect(seen.length).toBe(230);
    expect(new Set(seen).size).toBe(230);
    await pool().query("delete from resource_summary where kind = 'host'");
  });

  it("takes wildcards and quotes as text", async () => {
    for (const q of ["%", "_", "'", "\\", "a' or 1=1 --"]) expect((await containers({ q })).rows, q).toEqual([]);
  });

  it("ignores a cursor of another sort", async () => {
    await pool().query("update resource_summary set risk = 1");
    const foreign = Buffer.from(JSON.stringify(["xxxxxxxx", 0, newId()])).toString("base64url");
    expect((await containers({ cursor: foreign })).rows.length).toBe(2);
  });
});

describe("registry", () => {
  it("counts images as its list shows them, for each posture", async () => {
    const all = await images();
    expect(all.views).toEqual({ all: 5, unhealthy: 2, healthy: 1, unknown: 2 });
    for (const posture of ["unhealthy", "healthy", "unknown"] as const) {
      const list = await images({ posture });
      expect(list.rows.length, posture).toBe(all.views[posture]);
      expect(list.matching, posture).toBe(all.views[posture]);
      expect(new Set(list.rows.map((row) => row.posture)), posture).toEqual(new Set([posture]));
    }
    const detail = await registryDetail(viewer, { registryId });
    expect(detail).toMatchObject({ images: 5, unhealthy: 2, healthy: 1, unknown: 2, critical: 1, kev: 1 });
  });

  it("leaves retired images out of its figures", async () => {
    await pool().query(
      "update placement set retired_at = now(), retired_reason = 'gone' where registry_id = $1 and digest = (select digest from image i where i.registry_id = $1 and i.scan_state <> 'done' limit 1)",
      [registryId],
    );
    await recountAll();
    await saveSummaries(pool(), "registry", [registryId]);
    expect((await images()).rows.length).toBe(4);
    expect((await images()).views.all).toBe(4);
  });

  it("lists repositories that are unhealthy or not assessed as counted", async () => {
    const list = (show: string) => registryRepositories(viewer, RegistryRepositoriesParams.parse({ registryId, show }));
    const { views } = await list("current");
    for (const show of ["current", "unhealthy", "notAssessed", "retired"] as const) {
      expect((await list(show)).rows.length, show).toBe(views[show]);
    }
  });

  it("says not-found for a registry that was disconnected", async () => {
    await expect(registryDetail(viewer, { registryId: newId() })).rejects.toMatchObject({ code: "not-found" });
  });

  it("pages events of the same millisecond", async () => {
    const at = new Date();
    for (let index = 0; index < 130; index += 1) {
      await pool().query(
        "insert into delivery (registry_id, received_at, id, delivery_key, provider, action, outcome) values ($1, $2, $3, $4, 'acr', 'push', 'accepted')",
        [registryId, at, newId(), Buffer.from(`key ${index}`)],
      );
    }
    const first = await registryEvents(viewer, RegistryEventsParams.parse({ registryId }));
    const second = await registryEvents(viewer, RegistryEventsParams.parse({ registryId, cursor: first.nextCursor }));
    const ids = [...first.rows, ...second.rows].map((row) => row.id);
    expect(new Set(ids).size).toBe(130);
    expect(second.nextCursor).toBeNull();
  });
});

describe("repository", () => {
  it("says what each push introduced and fixed", async () => {
    const list = await pushes("shop/api");
    expect(list.rows.map((row) => [row.tag, row.changes])).toEqual([
      ["latest", { introduced: 1, fixed: 1 }],
      ["latest", null],
    ]);
  });

  it("compares each push with the one it replaced, also when an image comes back", async () => {
    const [newest, first] = (await pushes("shop/api")).rows;
    await pool().query(
      `insert into push (registry_id, repository_id, id, tag, digest, previous_digest, source, pushed_at)
       select registry_id, repository_id, $2, tag, previous_digest, digest, 'webhook', now() from push where registry_id = $1 and id = $3`,
      [registryId, newId(), newest?.id],
    );
    const list = await pushes("shop/api");
    expect(list.rows.map((row) => row.digest)).toEqual([first?.digest, newest?.digest, first?.digest]);
    expect(list.rows.map((row) => row.changes)).toEqual([
      { introduced: 1, fixed: 1 },
      { introduced: 1, fixed: 1 },
      null,
    ]);
  });

  it("does not guess changes while an image is not assessed", async () => {
    expect((await pushes("shop/new")).rows[0]).toMatchObject({ changes: null, posture: "unknown" });
  });

  it("keeps retired tags, last and with the reason", async () => {
    await pool().query(
      "update tag set retired_at = now(), retired_reason = 'deleted in the registry' where registry_id = $1 and name = 'latest'",
      [registryId],
    );
    const detail = await repositoryDetail(viewer, { registryId, repository: "shop/api" });
    expect(detail.tags.at(-1)).toMatchObject({ name: "latest", retiredReason: "deleted in the registry" });
  });
});

describe("overview and coverage", () => {
  it("carries a day without a count forward and leaves demo data out", async () => {
    await pool().query("insert into metric_day (root_id, day, critical) values ($1, current_date - 3, 5)", [
      registryId,
    ]);
    await pool().query(
      "insert into registry (id, name, kind, url, auth_kind, settings, is_demo) values ($1, 'demo', 'demo', 'http://127.0.0.1:1', 'anonymous', '{}', true)",
      [stableUuid("demo")],
    );
    await pool().query(
      "insert into resource_summary (root_id, kind, name, detail, state, contents_unit, critical, is_demo) values ($1, 'registry', 'demo', 'x', 'connected', 'images', 77, true)",
      [stableUuid("demo")],
    );
    await pool().query("insert into metric_day (root_id, day, critical) values ($1, current_date - 2, 77)", [
      stableUuid("demo"),
    ]);
    const overview = await computeOverview(viewer, ComputeOverviewParams.parse({}));
    expect(overview.isDemo).toBe(false);
    expect(overview.totals.critical).toBeLessThan(77);
    expect(overview.days.map((day) => day.critical)).toEqual([5, 5, 5, overview.totals.critical]);
  });

  it("lists every image that is not assessed with a cause", async () => {
    const gaps = await coverage(viewer);
    expect(gaps.unassessed.length).toBe(gaps.images.unknown);
    expect(gaps.unassessed.map((image) => image.cause)).toEqual(["unknownSystem"]);
    expect(gaps.silent.map((root) => root.name)).toContain("lab");
  });

  it("knows when nothing can be found because no advisory was ever read", async () => {
    await pool().query(
      "update feed set record_count = 0, last_error = 'getaddrinfo ENOTFOUND', last_checked_at = now()",
    );
    const state = await welcomeState(viewer);
    expect(state.advisories).toMatchObject({ state: "none", reason: "getaddrinfo ENOTFOUND" });
    expect((await coverage(viewer)).feeds[0]?.lastError).toBe("getaddrinfo ENOTFOUND");
  });
});
