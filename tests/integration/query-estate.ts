import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import { type Severity, severityRank } from "#domain/severity.ts";
import type { InstalledPackage } from "#engines/image-scan/facts.ts";
import { storeBlob } from "#store/blob.ts";
import { newId, stableBigInt, stableUuid } from "#store/ids.ts";
import { saveImageResult } from "#store/image/image.ts";
import { addPackageVersions, packageVersionId, planSets, replaceImageSets } from "#store/image/package-set.ts";
import { recordImage, recordPlacement } from "#store/image/placement.ts";
import { moveTag } from "#store/registry/push.ts";
import { execute, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { recountNext } from "../../src/worker/recount-next.ts";

export const digestOf = (name: string): string => `sha256:${createHash("sha256").update(name).digest("hex")}`;
export const registryId = stableUuid("registry", "shop");
export const otherRegistryId = stableUuid("registry", "lab");
const importId = newId();

/** A flaw with the package names it affects; `fixed` is the version that closes it. */
export interface Flaw {
  key: string;
  severity: Severity;
  packages: string[];
  fixed?: string | null;
  aliases?: string[];
  epss?: number | null;
  kev?: boolean;
  hidden?: string | null;
  title?: string;
}

export interface PlacedImage {
  registryId?: string;
  repository: string;
  name: string;
  tag: string;
  daysAgo: number;
  packages: InstalledPackage[];
  platform?: string;
  scanned?: boolean;
  osState?: "known" | "none" | "unknown-distribution";
}

export function debian(name: string, version: string, layer = 0): InstalledPackage {
  return {
    type: "deb",
    ecosystem: "Debian:12",
    name,
    version,
    sourceName: name,
    sourceVersion: version,
    arch: "amd64",
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${version}`,
    path: "var/lib/dpkg/status",
    layer,
    dev: false,
    analyser: "dpkg",
  };
}

const daysAgo = (days: number) => new Date(Date.UTC(2026, 10, 20) - days * 86_400_000);

/** Two connected registries without images. */
export async function addRegistries(): Promise<void> {
  for (const [id, name] of [
    [registryId, "shop"],
    [otherRegistryId, "lab"],
  ]) {
    await execute(
      sql`insert into registry (id, name, kind, url, auth_kind, state, settings) values (${id}, ${name}, 'oci', 'https://registry.example.com', 'anonymous', 'connected', '{}') on conflict do nothing`,
    );
  }
  await execute(
    sql`insert into feed (id, title, kind, record_count, data_date, state, last_checked_at) values ('debian', 'Debian', 'osv', 3, '2026-11-19T06:00:00Z', 'ok', now()) on conflict do nothing`,
  );
  await execute(
    sql`insert into feed_ecosystem (feed_id, ecosystem) values ('debian', 'Debian:12') on conflict do nothing`,
  );
  await execute(sql`update advisory_state set advisories_version = 1`);
}

/** Stores flaws and matches them against every package version of those names that is stored. */
export async function addFlaws(flaws: readonly Flaw[]): Promise<void> {
  for (const flaw of flaws) {
    const id = stableBigInt("vulnerability", flaw.key);
    const advisoryId = stableBigInt("advisory", flaw.key);
    const rank = severityRank[flaw.severity];
    await execute(sql`insert into vulnerability (id, key, aliases, title, details, severity, severity_rank, severity_source, epss, kev_added_at)
      values (${id}, ${flaw.key}, ${flaw.aliases ?? []}, ${flaw.title ?? flaw.key}, 'Details', ${flaw.severity}, ${rank}, 'debian', ${flaw.epss ?? null}, ${flaw.kev ? daysAgo(3) : null})
      on conflict do nothing`);
    await execute(sql`insert into advisory (id, feed_id, record_id, aliases, related, title, details, severity, links, content_hash, import_id)
      values (${advisoryId}, 'debian', ${flaw.key}, ${flaw.aliases ?? []}, '{}', ${flaw.title ?? flaw.key}, '', ${flaw.severity},
        '[{"type":"WEB","url":"https://example.com/a"},{"type":"WEB","url":"http://example.com/plain"}]', '\\x00', ${importId}) on conflict do nothing`);
    for (const [ordinal, name] of flaw.packages.entries()) {
      const events = JSON.stringify([
        { type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(flaw.fixed ? [{ fixed: flaw.fixed }] : [])] },
      ]);
      await execute(
        sql`insert into advisory_range (advisory_id, ordinal, ecosystem, package_name, ranges, versions) values (${advisoryId}, ${ordinal}, 'Debian:12', ${name}, ${events}, '{}') on conflict do nothing`,
      );
    }
    await execute(sql`insert into package_advisory (package_version_id, vulnerability_id, advisory_id, record_ids, severity, severity_rank, severity_source, fixed_version, status, hidden_reason, why)
      select pv.id, ${id}, ${advisoryId}, ${[flaw.key]}::text[], ${flaw.severity}, ${rank}::smallint, 'debian', ${flaw.fixed ?? null}, ${flaw.fixed ? "fixed" : "affected"}, ${flaw.hidden ?? null},
             ${JSON.stringify({ recordId: flaw.key, feedId: "debian", comparedName: "x", comparedVersion: "1", range: "< 2", others: [] })}::jsonb
        from package_version pv where pv.name = any(${flaw.packages}::text[]) on conflict do nothing`);
  }
}

/** Puts an image into a repository with the result of a scan. Flaws are matched afterwards by `addFlaws`. */
export async function addImage(image: PlacedImage): Promise<string> {
  const digest = digestOf(image.name);
  const root = image.registryId ?? registryId;
  const repository = { registryId: root, id: stableUuid(root, image.repository), name: image.repository };
  const platform = image.platform ?? "linux/amd64";
  const pushedAt = daysAgo(image.daysAgo);
  await transaction(async (tx) => {
    await execute(
      sql`insert into repository (registry_id, id, name) values (${root}, ${repository.id}, ${image.repository}) on conflict do nothing`,
      tx,
    );
    await recordImage(tx, root, {
      digest,
      platform,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      configDigest: digestOf(`config ${image.name}`),
      sizeBytes: 1000,
      layers: [0, 1].map((layer) => ({
        digest: digestOf(`layer ${layer}`),
        diffId: digestOf(`diff ${layer}`),
        sizeBytes: 500,
      })),
      history: [{ created_by: "ADD file" }, { created_by: 'CMD ["sh"]', empty_layer: true }, { created_by: "RUN x" }],
      config: {},
      createdAt: pushedAt,
      unusable: null,
    });
    await recordPlacement(tx, repository, { digest, platform, pushedAt });
    await execute(
      sql`update placement set first_seen_at = ${pushedAt} where registry_id = ${root} and repository_id = ${repository.id} and digest = ${Buffer.from(digest.slice(7), "hex")}`,
      tx,
    );
    await moveTag(tx, repository, { tag: image.tag, digest, mediaType: "x", actor: null, source: "webhook", pushedAt });
    if (image.scanned === false) return;
    await addPackageVersions(tx, image.packages, false);
    const sets = planSets(root, image.packages);
    await replaceImageSets(tx, { registryId: root, digest }, sets);
    const packages = image.packages.map((pkg) => ({ ...pkg, packageVersionId: String(packageVersionId(pkg)) }));
    await saveImageResult(
      tx,
      { registryId: root, digest },
      {
        state: "done",
        scanId: newId(),
        analyserVersion: 1,
        os: null,
        osState: image.osState ?? "known",
        endOfLifeAt: null,
        completeness: "complete",
        diagnostics: [],
        packageCount: packages.length,
        inventorySha256: await storeBlob(
          tx,
          zstdCompressSync(
            JSON.stringify({
              packages,
              skipped: [{ name: "npm", version: "1", path: "p", reason: "owned by the OS" }],
            }),
          ),
        ),
        setIds: sets.map((set) => set.id),
        coverage: [],
        setIdFiles: null,
      },
    );
  });
  return digest;
}

/** Writes the stored figures of everything. What is here counts as known before, so that it makes no news. */
export async function recountAll(): Promise<void> {
  await execute(sql`update placement set arrived_at = now() where arrived_at is null`);
  await execute(sql`insert into dirty_mark (scope, key, cause) values ('all-sets', '', 'advisories')`);
  while (await recountNext());
}
