import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { queueImport } from "#store/advisory/advisory-import.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";

/** Largest upload, counted while it arrives. */
export const maxUploadBytes = 1024 ** 3;

export const RequestAdvisoryImportInput = z.object({
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .max(2000)
    .refine((text) => {
      const url = URL.parse(text);
      return url === null || (!url.username && !url.password);
    }, "must not carry a user name or password"),
});

/** Queues the import of advisories from an address. The worker fetches it and the import's page shows what came of it. */
export async function requestAdvisoryImport(actor: Actor, input: unknown): Promise<{ importId: string }> {
  requireRole(actor, "admin");
  const { url } = RequestAdvisoryImportInput.parse(input);
  return queue(actor, { source: url, sourceKind: "url", name: url });
}

const UploadInput = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, "must hold no control characters"),
});

/**
 * Stores an uploaded feed file and queues its import. `body` is counted while it is written: over the cap, or cut off,
 * nothing is kept. Throws AppError (`too-large`, `bad-request`).
 */
export async function uploadAdvisories(
  actor: Actor,
  input: unknown,
  body: AsyncIterable<Uint8Array> | null,
): Promise<{ importId: string }> {
  requireRole(actor, "admin");
  const { name } = UploadInput.parse(input);
  if (!body) throw new AppError("bad-request", "The upload has no content. Choose a file of advisories.");
  const folder = path.join(config().dataDir, "advisory-imports", randomBytes(12).toString("hex"));
  await mkdir(folder, { recursive: true });
  const staged = path.join(
    folder,
    path
      .basename(name)
      .replace(/[^A-Za-z0-9._-]/g, "_")
      .replace(/^\.+/, "") || "upload",
  );
  try {
    await pipeline(Readable.from(capped(body)), createWriteStream(staged, { flags: "wx" }));
    return await queue(actor, { source: path.resolve(staged), sourceKind: "upload", name });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function* capped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > maxUploadBytes) {
      throw new AppError(
        "too-large",
        `The file is larger than ${maxUploadBytes / 1024 ** 2} MiB. Import it with the command line instead.`,
      );
    }
    yield chunk;
  }
  if (received === 0) throw new AppError("bad-request", "The file is empty.");
}

function queue(
  actor: Actor,
  wanted: { source: string; sourceKind: "url" | "upload"; name: string },
): Promise<{ importId: string }> {
  return transaction(async (tx) => {
    const { source, sourceKind } = wanted;
    const importId = await queueImport(tx, { source, sourceKind, requestedBy: actor.name });
    await recordAudit(tx, actor, {
      action: "advisories.import",
      target: { kind: "advisory-import", id: importId, name: wanted.name },
      after: { sourceKind },
    });
    return { importId };
  });
}
