import { pino } from "pino";
import { z } from "zod";
import { RegistrySettings } from "#domain/registry-settings.ts";
import type { ScanTrigger } from "#store/image-scan.ts";
import { newId } from "#store/ids.ts";
import { queue } from "#store/queue.ts";
import { insertRegistry } from "#store/registry.ts";
import { recountNext } from "#store/recount.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import scanImage from "../../src/worker/jobs/scan-image.ts";
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
      manifests: [{ digest, mediaType, sizeBytes: 500, kind: "image", children: null, annotations: {} }],
      images: [
        {
          digest,
          platform,
          parentDigest: null,
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
            parentDigest: null,
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
