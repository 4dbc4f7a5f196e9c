import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRegistry } from "#commands/connect-registry.ts";
import { startDemoRegistry } from "#demo/demo-registry.ts";
import { generateImage } from "#demo/generate-image.ts";
import { dpkgStatus, osRelease } from "#demo/package-files.ts";
import { pushImage } from "#demo/push-image.ts";
import type { Actor } from "#domain/role.ts";
import { queueImport } from "#store/advisory/advisory-import.ts";
import { closeDatabase, pool } from "#store/client.ts";
import { enqueue, stopQueue } from "#store/queue/queue.ts";
import { sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { previewMatches } from "../../src/worker/match-packages.ts";
import { expectCountsToEqualLists } from "../registry-double/count-check.ts";
import { rows } from "../registry-double/estate.ts";

const admin: Actor = { kind: "system", id: "crash-test", name: "Crash test", role: "admin" };
const credentials = { username: "pusher", password: "crash-test-password" };
const names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const SETTLE_SECONDS = 240;

interface Pushed {
  repository: string;
  tag: string;
  digest: string;
  packages: number;
}

export interface EstateUnderFire {
  /** Pushes an image or two and now and then imports advisories. Ends when the registry and the queue have taken them. */
  act(): Promise<void>;
  /** Waits until nothing is left to do, or throws with what is. */
  settle(): Promise<void>;
  /** Throws when anything is lost, doubled or miscounted. Returns how much was checked. */
  check(): Promise<Record<string, number>>;
  summary(): string;
  close(): Promise<void>;
}

/** Connects a registry of our own by the product's command; its notifications go to the web process, as in real life. */
export async function openEstate({
  folder,
  random,
  webUrl,
}: {
  folder: string;
  random: () => number;
  /** The web process that takes the notifications, and that is killed too. */
  webUrl: string;
}): Promise<EstateUnderFire> {
  const registry = await startDemoRegistry({ storage: path.join(folder, "registry"), credentials });
  const target = { url: registry.url, credentials };
  // A registry with nothing in it could not show the right to pull.
  await pushImage(target, { repository: "first/image", tag: "1" }, plan(["alpha"], Buffer.from("first")));
  const connected = await connectRegistry(admin, {
    kind: "oci",
    url: registry.url,
    authKind: "password",
    ...credentials,
    name: "Under fire",
  });
  const registryId = connected.id;
  const hook = `${webUrl}/api/v1/ingest/registries/${registryId}/events`;
  registry.notifyAt({ url: hook, headers: { Authorization: `Bearer ${connected.webhook.token}` } });

  const pushed: Pushed[] = [];
  let imports = 0;
  const pushOne = async () => {
    const chosen = names.filter(() => random() < 0.6);
    // Some megabytes, so that a kill has a good chance to come in the middle of a layer.
    const filler = randomBytes(100_000 + Math.floor(random() * 3_000_000));
    const image = plan(chosen, filler, () => `${1 + Math.floor(random() * 4)}.0-1`);
    const name = { repository: `team/${Math.floor(random() * 3)}`, tag: `t${pushed.length}` };
    // A build machine tries again when a connection breaks; pushing the same image twice is one push.
    await persistently(() => pushImage(target, name, image));
    pushed.push({ ...name, digest: image.digest, packages: chosen.length });
  };
  const importOne = async () => {
    imports += 1;
    const file = path.join(folder, "feeds", `debian-${imports}.ndjson`);
    const records = Array.from({ length: 20 }, (_, at) =>
      osvRecord(at, names[Math.floor(random() * names.length)] ?? "alpha", 1 + Math.floor(random() * 5)),
    );
    writeFileSync(file, `${records.join("\n")}\n`);
    await persistently(() =>
      transaction((tx) => queueImport(tx, { source: file, sourceKind: "path", requestedBy: null })),
    );
  };
  return {
    async act() {
      await pushOne();
      if (random() < 0.5) await pushOne();
      if (imports === 0 || random() < 0.35) await importOne();
    },
    settle: async () => {
      await registry.settled();
      await untilQuiet();
      // An event whose job ran out of tries is what the comparison with the registry is for.
      await enqueue("reconcile-registry", { registryId, trigger: "person" }, { priority: "person" });
      await untilQuiet();
    },
    check: () => checkAll(registryId, pushed),
    summary: () => `${pushed.length} images pushed, ${imports} imports`,
    async close() {
      await registry.stop();
      await stopQueue();
      await closeDatabase();
    },
  };
}

function plan(packages: readonly string[], filler: Uint8Array, version: () => string = () => "1.0-1") {
  const at = new Date("2026-01-01T00:00:00Z");
  return generateImage({
    architecture: "amd64",
    createdAt: at,
    layers: [
      { createdBy: "base", files: osRelease({ ID: "debian", VERSION_ID: "12", VERSION_CODENAME: "bookworm" }) },
      { createdBy: "data", files: [{ path: "data/filler", content: Buffer.from(filler).toString("base64") }] },
      {
        createdBy: "packages",
        files: [
          dpkgStatus(
            packages.map((name) => ({ name, version: version() })),
            "amd64",
          ),
        ],
      },
    ],
  });
}

function osvRecord(at: number, packageName: string, fixed: number): string {
  return JSON.stringify({
    id: `CVE-2026-${2000 + at}`,
    summary: `A flaw in ${packageName}`,
    modified: "2026-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem: "Debian:12", name: packageName },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: `${fixed}.0-1` }] }],
      },
    ],
    database_specific: { severity: ["CRITICAL", "HIGH", "MODERATE", "LOW"][at % 4] },
  });
}

/** Repeats what a person would try again when the database is away for a moment. */
async function persistently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(200);
    }
  }
}

async function untilQuiet(): Promise<void> {
  let last: Record<string, unknown>[] = [];
  let quiet = 0;
  for (let waited = 0; waited < SETTLE_SECONDS * 2; waited += 1) {
    last = await persistently(() =>
      rows(sql`select 'job ' || name || ' ' || state as what, count(*)::int as n from pgboss.job
                where state < 'completed' and name not in ('maintenance', 'pull-feeds') and name !~ '^__' and start_after <= now() + interval '2 minutes' group by 1
               union all select 'scan ' || state, count(*)::int from image_scan where state in ('queued', 'scanning') group by 1
               union all select 'mark', count(*)::int from dirty_mark having count(*) > 0
               union all select 'touched package', count(*)::int from package_touch having count(*) > 0
               union all select 'changed package', count(*)::int from package_change having count(*) > 0`),
    );
    quiet = last.length === 0 ? quiet + 1 : 0;
    if (quiet >= 3) return;
    await sleep(500);
  }
  throw new Error(`Not everything was done within ${SETTLE_SECONDS} s: ${JSON.stringify(last)}`);
}

async function checkAll(registryId: string, pushed: readonly Pushed[]): Promise<Record<string, number>> {
  const images =
    await rows(sql`select 'sha256:' || encode(digest, 'hex') as digest, scan_state, package_count, last_scan_id, inventory_sha256,
    exists (select 1 from blob b where b.sha256 = inventory_sha256) as has_inventory from image where registry_id = ${registryId}`);
  const scans = await rows(
    sql`select id, 'sha256:' || encode(digest, 'hex') as digest, state, error from image_scan where registry_id = ${registryId}`,
  );
  const pushes =
    await rows(sql`select r.name as repository, p.tag, 'sha256:' || encode(p.digest, 'hex') as digest from push p
    join repository r on r.registry_id = p.registry_id and r.id = p.repository_id where p.registry_id = ${registryId}`);
  const faults: string[] = [];
  for (const one of pushed) {
    const image = images.filter(({ digest }) => digest === one.digest);
    const own = scans.filter(({ digest }) => digest === one.digest);
    const told = pushes.filter(
      (push) => push.repository === one.repository && push.tag === one.tag && push.digest === one.digest,
    );
    const what = `${one.repository}:${one.tag}`;
    if (image.length !== 1 || image[0]?.scan_state !== "done")
      faults.push(`${what}: image rows ${JSON.stringify(image)}`);
    else if (image[0].package_count !== one.packages || !image[0].has_inventory)
      faults.push(`${what}: wrong inventory ${JSON.stringify(image)}`);
    if (own.length !== 1 || own[0]?.state !== "done") faults.push(`${what}: scans ${JSON.stringify(own)}`);
    if (told.length !== 1) faults.push(`${what}: ${told.length} pushes`);
  }
  if (images.length !== new Set(pushed.map((one) => one.digest)).size + 1)
    faults.push(`${images.length} images of ${pushed.length} pushes`);
  faults.push(...(await faultsOfStore()));
  const ids = (await rows(sql`select id::text as id from package_version`)).map((row) => BigInt(String(row.id)));
  const { added, changed, resolved } = await previewMatches(pool(), ids);
  if (added + changed + resolved > 0) faults.push(`matching again would change ${added + changed + resolved} matches`);
  const counted = await expectCountsToEqualLists();
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return { images: images.length, scans: scans.length, ...counted };
}

/** What no order of kills may leave behind. Each statement yields its violations. */
async function faultsOfStore(): Promise<string[]> {
  const violations = await rows(sql`
    select 'a place was accounted for ' || count(h.id) || ' times' as fault from placement p
      left join status_history h on h.root_id = p.registry_id and h.resource_id = p.id::text
     group by p.registry_id, p.id having count(h.id) <> 1
    union all select 'an image was assessed by ' || count(a.id) || ' rules' from image i
      left join assessment a on a.root_id = i.registry_id and a.resource_id = 'sha256:' || encode(i.digest, 'hex')
     group by i.registry_id, i.digest having count(a.id) <> 3
    union all select 'a package set has ' || count(sp.package_version_id) || ' of ' || s.package_count || ' packages' from package_set s
      left join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.id group by s.registry_id, s.id, s.package_count
      having count(sp.package_version_id) <> s.package_count
    union all select 'a layer has lost its facts' from layer l where not exists (select 1 from blob b where b.sha256 = l.facts_sha256)
    union all select 'an import ended as ' || state from advisory_import where state <> 'done'
    union all select 'a change of matches was never told' from package_advisory_history where not is_told`);
  return violations.map((row) => String(row.fault));
}
