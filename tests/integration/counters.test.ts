import { afterAll, expect, test } from "vitest";
import { exempt } from "#commands/exempt.ts";
import type { Actor } from "#domain/role.ts";
import { markDirty } from "#store/count/dirty-marks.ts";
import { newId } from "#store/ids.ts";
import { execute, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import { expectCountsToEqualLists } from "../registry-double/count-check.ts";
import {
  connectRegistry,
  importAdvisories,
  importExploited,
  pushImage,
  recountAll,
  rows,
  runScans,
  type TestAdvisory,
} from "../registry-double/estate.ts";
import { addLayer, debianFiles, npmFiles, startMemoryRegistry } from "../registry-double/memory-registry.ts";

// Property: after any sequence of pushes, retirements, imports and exemptions, every stored number equals its list, counted by
// independent slow queries. The seed is printed; SEED=… repeats a run.

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const STEPS = Number(process.env.COUNTER_STEPS ?? 25);
const names = ["alpha", "beta", "gamma", "delta", "epsilon"];
const analyst: Actor = { kind: "user", id: newId(), name: "Ada", role: "analyst" };
const severities = ["CRITICAL", "HIGH", "MODERATE", "LOW"] as const;

afterAll(endScanThreads);

test(`every number equals its list after random changes (SEED=${seed})`, { timeout: 300_000 }, async () => {
  const random = generator(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const registry = await startMemoryRegistry();
  const registries = [
    await connectRegistry({ url: registry.url, synced: false }),
    await connectRegistry({ url: registry.url }),
  ];
  let advisories: TestAdvisory[] = [];
  const advise = () => ({
    recordId: `CVE-2026-${1000 + Math.floor(random() * 30)}`,
    ecosystem: random() < 0.8 ? "Debian:12" : "npm",
    packageName: pick(names),
    fixed: random() < 0.6 ? `${1 + Math.floor(random() * 4)}.0-1` : null,
    severity: pick(severities),
  });

  // An empty feed is refused, so each keeps one record that touches nothing.
  const idle = (ecosystem: string): TestAdvisory => ({
    recordId: `IDLE-${ecosystem}`,
    ecosystem,
    packageName: "nothing",
    fixed: null,
    severity: "LOW",
  });

  const actions: Record<string, () => Promise<void>> = {
    push: async () => {
      const chosen = names.filter(() => random() < 0.5);
      const files =
        random() < 0.85
          ? debianFiles(
              chosen.map((name) => ({
                name,
                version: `${Math.floor(random() * 4)}.0-1`,
                ...(random() < 0.3 ? { source: pick(names) } : {}),
              })),
            )
          : npmFiles(pick(names), `${Math.floor(random() * 4)}.0.0`);
      const layers = [await addLayer(registry, files)];
      if (random() < 0.3) layers.push(await addLayer(registry, npmFiles(pick(names), "1.2.3")));
      const repositories = random() < 0.3 ? ["one", "two"] : [pick(["one", "two", "three"])];
      const registryId = pick(registries);
      const salt = random() < 0.5 ? "" : String(Math.floor(random() * 3));
      for (const repository of repositories)
        await pushImage({ registryId, repository, tag: pick(["a", "b", "c"]), layers, salt });
    },
    scan: async () => void (await runScans()),
    retire: async () => {
      const [place] = await rows(
        sql`select registry_id, repository_id, digest, retired_at from placement order by md5(id::text || ${random()}) limit 1`,
      );
      if (!place) return;
      const registryId = String(place.registry_id);
      const digest = `sha256:${(place.digest as Buffer).toString("hex")}`;
      await transaction(async (tx) => {
        await execute(
          sql`update placement set retired_at = case when retired_at is null then now() end
               where registry_id = ${registryId} and repository_id = ${place.repository_id} and digest = ${place.digest}`,
          tx,
        );
        await markDirty(tx, "retired", [{ scope: "image", registryId, digest }]);
      });
    },
    advise: async () => {
      const next = advisories.filter(() => random() < 0.8);
      for (let count = Math.floor(random() * 5); count >= 0; count -= 1) next.push(advise());
      const unique = new Map(next.map((one) => [one.recordId, one]));
      advisories = [...unique.values()];
      await importAdvisories("debian", [
        idle("Debian:12"),
        ...advisories.filter((one) => one.ecosystem === "Debian:12"),
      ]);
      await importAdvisories("npm", [idle("npm"), ...advisories.filter((one) => one.ecosystem === "npm")]);
    },
    exploit: async () =>
      void (await importExploited([
        "CVE-2020-9999",
        ...advisories.filter(() => random() < 0.2).map((one) => one.recordId),
      ])),
    exempt: async () => {
      const [found] = await rows(sql`select f.registry_id, f.repository_id, v.key, f.digest from placement_finding f
        join vulnerability v on v.id = f.vulnerability_id order by md5(f.placement_id::text || v.key || ${random()}) limit 1`);
      if (!found) return;
      const rootId = String(found.registry_id);
      const [repositoryId, resourceId] = [
        String(found.repository_id),
        `sha256:${(found.digest as Buffer).toString("hex")}`,
      ];
      const scope = pick([
        {},
        { rootId },
        { rootId, repositoryId },
        { rootId, repositoryId, resourceId },
        { resourceId },
      ]);
      await exempt(analyst, {
        subject: { kind: "vulnerability", id: found.key },
        scope,
        reason: "accepted-risk",
        note: "random",
        expiresAt: null,
      }).catch((error: unknown) => expect(error).toMatchObject({ code: "conflict" }));
    },
    recount: recountAll,
  };
  const weighted = [
    "push",
    "push",
    "push",
    "scan",
    "scan",
    "retire",
    "advise",
    "advise",
    "exploit",
    "exempt",
    "recount",
  ];
  try {
    // A start that certainly has findings: a run in which nothing was counted would prove nothing.
    advisories = names.map((packageName, at) => ({
      recordId: `CVE-2026-100${at}`,
      ecosystem: "Debian:12",
      packageName,
      fixed: "9.0-1",
      severity: pick(severities),
    }));
    await importAdvisories("debian", advisories);
    const layer = await addLayer(registry, debianFiles(names.map((name) => ({ name, version: "1.0-1" }))));
    for (const registryId of registries) await pushImage({ registryId, repository: "one", tag: "a", layers: [layer] });
    await runScans();
    await recountAll();
    expect(await expectCountsToEqualLists()).toEqual({ placements: 2, findings: 2 * names.length });
    await expectCheckToNotice();
    for (let step = 1; step <= STEPS; step += 1) {
      await actions[pick(weighted)]?.();
      if (step % 10 !== 0 && step < STEPS) continue;
      await recountAll();
      await expectCountsToEqualLists();
    }
  } finally {
    await registry.stop();
  }
});

/** A check that misses a wrong figure would prove nothing either. */
async function expectCheckToNotice(): Promise<void> {
  for (const table of ["place_figure", "repository", "resource_summary"]) {
    await execute({ text: `update ${table} set fixable = fixable + 1`, values: [] });
    await expect(expectCountsToEqualLists()).rejects.toThrow("fixable is");
    await execute({ text: `update ${table} set fixable = fixable - 1`, values: [] });
  }
  for (const table of ["flaw_total", "registry_flaw"]) {
    await execute({ text: `update ${table} set places = places + 1`, values: [] });
    await expect(expectCountsToEqualLists()).rejects.toThrow("places is");
    await execute({ text: `update ${table} set places = places - 1`, values: [] });
  }
}

/** Mulberry32: small, seeded, good enough to choose test steps. */
function generator(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
