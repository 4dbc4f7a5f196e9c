import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { createImport } from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import type { ScanTrigger } from "#store/image/image-scan.ts";
import { queue } from "#store/queue/queue.ts";
import { insertRegistry } from "#store/registry/registry.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { importSource } from "../../src/worker/import-source.ts";
import scanImage from "../../src/worker/jobs/scan-image.ts";
import { recountNext } from "../../src/worker/recount-next.ts";
import { rematchTouched } from "../../src/worker/rematch.ts";
import { savePushedManifest } from "../../src/worker/save-pushed-manifest.ts";
import { type BuiltLayer, digestOf } from "./memory-registry.ts";

/** Connects a registry by its rows alone. `synced` = its first comparison is over, so that what arrives now is news. */
export async function connectRegistry(options: { url: string; name?: string; synced?: boolean }): Promise<string> {
  const id = newId();
  await transaction((tx) =>
    insertRegistry(tx, {
      id,
      name: options.name ?? `registry ${id.slice(-4)}`,
      kind: "oci",
      url: options.url,
      authKind: "anonymous",
      username: null,
      secretId: null,
      tokenRealmHost: null,
      caPem: null,
      settings: RegistrySettings.parse({}),
      rights: null,
      owner: null,
      environment: null,
      webhookTokenId: newId(),
      createdBy: null,
      isDemo: false,
      nextReconcileAt: new Date(),
    }),
  );
  if (options.synced ?? true) await execute(sql`update registry set last_reconciled_at = now() where id = ${id}`);
  return id;
}

export interface PushedImage {
  registryId: string;
  repository: string;
  tag: string;
  layers: BuiltLayer[];
  platform?: string;
  trigger?: ScanTrigger;
  /** Makes two images of the same layers different. */
  salt?: string;
  pushedAt?: Date;
}

/** Records a push as the manifest job does, and returns the image's digest. */
export async function pushImage(push: PushedImage): Promise<string> {
  const layers = push.layers.map((layer) => layer.diffId).join();
  const digest = digestOf(Buffer.from(`manifest ${layers} ${push.salt ?? ""} ${push.platform ?? ""}`));
  const platform = push.platform ?? "linux/amd64";
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const sizeBytes = push.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  await savePushedManifest(
    {
      digest,
      mediaType,
      manifests: [
        {
          digest,
          mediaType,
          sizeBytes: 500,
          kind: "image",
          children: null,
          annotations: {},
          artifactType: null,
          subjectDigest: null,
        },
      ],
      images: [
        {
          digest,
          platform,
          arrived: {
            digest,
            platform,
            mediaType,
            configDigest: digestOf(Buffer.from(`config ${digest}`)),
            sizeBytes,
            layers: push.layers,
            history: [],
            config: {},
            createdAt: null,
            unusable: null,
          },
        },
      ],
    },
    {
      registryId: push.registryId,
      repository: push.repository,
      tag: push.tag,
      tagPointsHere: true,
      actor: "tester",
      source: "webhook",
      trigger: push.trigger ?? "push",
      pushedAt: push.pushedAt ?? new Date(),
    },
  );
  return digest;
}

const quiet = pino({ level: "silent" });

/** Runs every waiting scan with the product's handler, retries included. Returns the errors of those that failed. */
export async function runScans(options: { attempts?: number } = {}): Promise<string[]> {
  const boss = await queue();
  const errors: string[] = [];
  for (;;) {
    const [job] = await boss.fetch<{ registryId: string; digest: string; scanId: string }>("scan-image");
    if (!job) return errors;
    const attempts = options.attempts ?? 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        await scanImage.handler(job.data, {
          jobId: job.id,
          signal: new AbortController().signal,
          attempt,
          isLastAttempt: attempt === attempts,
          note: () => {},
          log: quiet,
        });
        break;
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
    await boss.complete("scan-image", job.id);
  }
}

/** Counts until nothing is marked any more. */
export async function recountAll(): Promise<void> {
  while (await recountNext());
}

/** Rows of any statement, unchecked, for assertions. */
export function rows(statement: ReturnType<typeof sql>): Promise<Record<string, unknown>[]> {
  return selectRows(z.record(z.string(), z.unknown()), statement);
}

export interface TestAdvisory {
  recordId: string;
  ecosystem: string;
  packageName: string;
  /** Null = no fix yet. */
  fixed: string | null;
  severity: "CRITICAL" | "HIGH" | "MODERATE" | "LOW";
  /** The vendor calls it no risk: its matches are hidden. */
  isUnimportant?: boolean;
}

/**
 * Makes these the only advisories of a feed, by the product's own importer and matcher, as the import job does. Feeds are named
 * by their file: `debian`, `npm`.
 */
export async function importAdvisories(feed: string, advisories: readonly TestAdvisory[]): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-advisories-"));
  try {
    const lines = advisories.map((one) => JSON.stringify(osvRecord(one)));
    return await importFile(path.join(folder, `${feed}.ndjson`), `${lines.join("\n")}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Imports the KEV catalogue with exactly these flaws. */
export async function importExploited(keys: readonly string[]): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-advisories-"));
  const vulnerabilities = keys.map((cveID) => ({
    cveID,
    vendorProject: "Example",
    product: "Example",
    vulnerabilityName: `${cveID} in Example`,
    dateAdded: "2026-01-02",
    shortDescription: "Exploited in the wild.",
    requiredAction: "Apply updates.",
    dueDate: "2026-02-02",
  }));
  const catalogue = {
    title: "CISA Catalog of Known Exploited Vulnerabilities",
    catalogVersion: "2026.01.02",
    dateReleased: "2026-01-02T00:00:00Z",
    count: keys.length,
    vulnerabilities,
  };
  try {
    return await importFile(path.join(folder, "kev.json"), JSON.stringify(catalogue));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function importFile(file: string, content: string): Promise<string> {
  writeFileSync(file, content);
  const importId = await createImport(pool(), {
    source: file,
    sourceKind: "path",
    requestedBy: null,
    state: "running",
  });
  const files = await importSource(file, { importId, isDemo: false });
  const bad = files.find((one) => one.state !== "imported" && one.state !== "unchanged");
  if (bad) throw new Error(`The import of ${bad.file} ended as ${bad.state}: ${bad.reason}`);
  await rematchTouched();
  return importId;
}

function osvRecord(advisory: TestAdvisory): unknown {
  const { recordId, ecosystem, packageName, fixed, severity } = advisory;
  return {
    id: recordId,
    summary: `A flaw in ${packageName}`,
    modified: "2026-01-01T00:00:00Z",
    published: "2026-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem, name: packageName },
        ranges: [
          {
            type: ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM",
            events: [{ introduced: "0" }, ...(fixed ? [{ fixed }] : [])],
          },
        ],
        ...(advisory.isUnimportant ? { ecosystem_specific: { urgency: "unimportant" } } : {}),
      },
    ],
    database_specific: { severity },
  };
}
