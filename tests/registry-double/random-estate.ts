import { disconnectRegistry } from "#commands/disconnect-registry.ts";
import { endExemption } from "#commands/end-exemption.ts";
import { exempt } from "#commands/exempt.ts";
import type { Actor } from "#domain/role.ts";
import { pool } from "#store/client.ts";
import { markDirty } from "#store/count/dirty-marks.ts";
import { newId } from "#store/ids.ts";
import { execute, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { endDueExemptions } from "../../src/worker/due-exemptions.ts";
import {
  connectRegistry,
  importAdvisories,
  importExploited,
  pushImage,
  recountAll,
  rows,
  runScans,
  type TestAdvisory,
} from "./estate.ts";
import { addLayer, debianFiles, type MemoryRegistry, npmFiles } from "./memory-registry.ts";

const names = ["alpha", "beta", "gamma", "delta", "epsilon"];
const severities = ["CRITICAL", "HIGH", "MODERATE", "LOW"] as const;
const analyst: Actor = { kind: "user", id: newId(), name: "Ada", role: "admin" };

/** An estate in which anything that changes figures happens at random, from one seed. */
export class RandomEstate {
  readonly #random: () => number;
  readonly #registry: MemoryRegistry;
  readonly #registries: string[] = [];
  #advisories: TestAdvisory[] = [];

  constructor(seed: number, registry: MemoryRegistry) {
    this.#random = generator(seed);
    this.#registry = registry;
  }

  /** A start that certainly has findings: a run in which nothing was counted would prove nothing. */
  async begin(): Promise<number> {
    const { url } = this.#registry;
    this.#registries.push(await connectRegistry({ url, synced: false }), await connectRegistry({ url }));
    this.#advisories = names.map((packageName, at) => ({
      recordId: `CVE-2026-100${at}`,
      ecosystem: "Debian:12",
      packageName,
      fixed: "9.0-1",
      severity: this.#pick(severities),
    }));
    await this.#import();
    const layer = await addLayer(this.#registry, debianFiles(names.map((name) => ({ name, version: "1.0-1" }))));
    for (const registryId of this.#registries)
      await pushImage({ registryId, repository: "one", tag: "a", layers: [layer] });
    await runScans();
    await recountAll();
    return 2 * names.length;
  }

  /** Does one random thing, now and then while somebody counts or scans beside it. */
  async step(): Promise<string> {
    const actions = this.#actions();
    const name = this.#pick(weighted);
    const work = [actions[name]()];
    if (this.#random() < 0.2) work.push(runScans().then(() => {}));
    if (this.#random() < 0.2) work.push(recountAll().catch(passIfKilled), recountAll().catch(passIfKilled));
    // All of them end before the next step, also when one fails.
    for (const result of await Promise.allSettled(work)) if (result.status === "rejected") throw result.reason;
    return name;
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }

  #actions() {
    return {
      push: () => this.#push(),
      scan: async () => void (await runScans()),
      retire: () => this.#retireOrRevive(),
      advise: () => this.#advise(),
      exploit: () => this.#exploit(),
      exempt: () => this.#exempt(),
      expire: async () => void (await endDueExemptions(new Date(Date.now() + 40 * 86_400_000))),
      end: () => this.#endExemption(),
      feed: () => this.#turnFeed(),
      disconnect: () => this.#disconnect(),
      twoWorkers: async () => void (await Promise.all([recountAll(), recountAll(), runScans()])),
      kill: () => this.#kill(),
      recount: recountAll,
    };
  }

  /** Debian and npm packages of the same names, so that two sets of an image share flaws. */
  async #push(): Promise<void> {
    const chosen = names.filter(() => this.#random() < 0.5);
    const version = () => `${Math.floor(this.#random() * 4)}.0`;
    const packages = chosen.map((name) => ({
      name,
      version: `${version()}-1`,
      ...(this.#random() < 0.3 ? { source: this.#pick(names) } : {}),
    }));
    const layers = [
      await addLayer(
        this.#registry,
        this.#random() < 0.85 ? debianFiles(packages) : npmFiles(this.#pick(names), `${version()}.0`),
      ),
    ];
    if (this.#random() < 0.4)
      layers.push(await addLayer(this.#registry, npmFiles(this.#pick(names), `${version()}.0`)));
    const repositories = this.#random() < 0.3 ? ["one", "two"] : [this.#pick(["one", "two", "three"])];
    const registryId = this.#pick(this.#registries);
    const salt = this.#random() < 0.5 ? "" : String(Math.floor(this.#random() * 3));
    for (const repository of repositories)
      await pushImage({ registryId, repository, tag: this.#pick(["a", "b", "c"]), layers, salt });
  }

  async #retireOrRevive(): Promise<void> {
    const [place] = await rows(
      sql`select p.registry_id, p.repository_id, p.digest from placement p join registry r on r.id = p.registry_id and r.deleted_at is null
           order by md5(p.id::text || ${this.#random()}) limit 1`,
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
  }

  async #advise(): Promise<void> {
    const next = this.#advisories.filter(() => this.#random() < 0.8);
    for (let count = Math.floor(this.#random() * 5); count >= 0; count -= 1) {
      const isDebian = this.#random() < 0.7;
      next.push({
        recordId: `CVE-2026-${1000 + Math.floor(this.#random() * 15)}`,
        ecosystem: isDebian ? "Debian:12" : "npm",
        packageName: this.#pick(names),
        fixed: this.#random() < 0.6 ? `${1 + Math.floor(this.#random() * 4)}.0${isDebian ? "-1" : ".0"}` : null,
        severity: this.#pick(severities),
        isUnimportant: this.#random() < 0.2,
      });
    }
    this.#advisories = [...new Map(next.map((one) => [`${one.ecosystem} ${one.recordId}`, one])).values()];
    await this.#import();
  }

  /** An empty feed is refused, so each keeps one record that touches nothing. */
  async #import(): Promise<void> {
    for (const [feed, ecosystem] of [
      ["debian", "Debian:12"],
      ["npm", "npm"],
    ] as const) {
      const idle = {
        recordId: `IDLE-${ecosystem}`,
        ecosystem,
        packageName: "nothing",
        fixed: null,
        severity: "LOW",
      } as const;
      await importAdvisories(feed, [idle, ...this.#advisories.filter((one) => one.ecosystem === ecosystem)]);
    }
  }

  async #exploit(): Promise<void> {
    await importExploited([
      "CVE-2020-9999",
      ...new Set(this.#advisories.filter(() => this.#random() < 0.25).map((one) => one.recordId)),
    ]);
  }

  async #exempt(): Promise<void> {
    const [found] =
      await rows(sql`select f.registry_id, f.repository_id, v.key, f.digest, pv.name from placement_finding f
      join registry r on r.id = f.registry_id and r.deleted_at is null join vulnerability v on v.id = f.vulnerability_id
      join package_version pv on pv.id = f.package_version_id order by md5(f.placement_id::text || v.key || ${this.#random()}) limit 1`);
    if (!found) return;
    const rootId = String(found.registry_id);
    const repositoryId = String(found.repository_id);
    const resourceId = `sha256:${(found.digest as Buffer).toString("hex")}`;
    const packageName = String(found.name);
    const scopes = [
      {},
      { packageName },
      { rootId },
      { rootId, packageName },
      { rootId, repositoryId },
      { rootId, repositoryId, packageName },
      { rootId, repositoryId, resourceId },
      { resourceId },
    ];
    await exempt(analyst, {
      subject: { kind: "vulnerability", id: found.key },
      scope: this.#pick(scopes),
      ...(this.#random() < 0.2 ? { conditions: [{ field: "severity", operator: "is", value: "high" }] } : {}),
      reason: "accepted-risk",
      note: "random",
      expiresAt: this.#random() < 0.5 ? new Date(Date.now() + 86_400_000 * 30).toISOString() : null,
    }).catch(passIf("conflict"));
  }

  async #endExemption(): Promise<void> {
    const [one] = await rows(
      sql`select id from exemption where ended_at is null order by md5(id::text || ${this.#random()}) limit 1`,
    );
    if (one) await endExemption(analyst, { exemptionId: one.id }).catch(passIf("conflict"));
  }

  /** A feed that nobody looks at any more, or again. */
  async #turnFeed(): Promise<void> {
    const days = this.#random() < 0.5 ? 3 : 0;
    await execute(
      sql`update feed set last_checked_at = now() - make_interval(days => ${days}::int) where id = ${this.#pick(["debian", "npm"])}`,
    );
  }

  async #disconnect(): Promise<void> {
    if (this.#registries.length < 2) return;
    const [registryId = ""] = this.#registries.splice(Math.floor(this.#random() * this.#registries.length), 1);
    const [registry] = await rows(sql`select name from registry where id = ${registryId}`);
    await disconnectRegistry(analyst, { registryId, confirmName: registry?.name });
    if (this.#random() < 0.7) this.#registries.push(await connectRegistry({ url: this.#registry.url }));
  }

  /** A recount that loses its connection somewhere on its way. */
  async #kill(): Promise<void> {
    const counting = recountAll().catch(passIfKilled);
    await new Promise((resolve) => setTimeout(resolve, Math.floor(this.#random() * 60)));
    await pool().query(
      `select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and l.granted and d.datname = current_database() and l.objid = 727274302 and l.pid <> pg_backend_pid()`,
    );
    await counting;
  }
}

const weighted = [
  ...(["push", "push", "push", "push", "scan", "scan", "retire", "retire", "advise", "advise", "exploit"] as const),
  ...(["exempt", "exempt", "expire", "end", "feed", "disconnect", "twoWorkers", "kill", "recount"] as const),
];

/** A session that was ended from outside, in the midst of a statement or between two. */
function passIfKilled(error: unknown): void {
  const isKilled = error instanceof Error && /terminat|connection error/i.test(error.message);
  if (!isKilled) throw error;
}

function passIf(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error && "code" in error && error.code === code)) throw error;
  };
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
