import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { guardedFetch } from "#connectors/http/guarded-fetch.ts";
import { AppError } from "#domain/app-error.ts";

/** Largest feed file that is fetched, as sent. The whole of OSV's npm bundle is about 150 MB. */
const maxBytes = 2 * 1024 ** 3;

export interface DownloadOptions {
  etag?: string | null;
  lastModified?: string | null;
  signal?: AbortSignal | undefined;
}

export type Download =
  | { state: "unchanged" }
  | { state: "saved"; etag: string | null; lastModified: string | null; finalUrl: string };

/**
 * Fetches a feed into a file, unless the server says that it is as before. The file appears only when all of it has
 * arrived. Throws AppError in plain words when it could not be fetched.
 */
export async function download(url: string, destination: string, options: DownloadOptions = {}): Promise<Download> {
  const response = await guardedFetch(url, {
    headers: {
      ...(options.etag ? { "if-none-match": options.etag } : {}),
      ...(options.lastModified ? { "if-modified-since": options.lastModified } : {}),
    },
    maxBytes,
    idleTimeoutMs: 60_000,
    signal: options.signal,
  });
  if (response.status === 304) {
    response.discard();
    return { state: "unchanged" };
  }
  requireOk(response.status, response.url);
  const partial = `${destination}.part`;
  try {
    await pipeline(Readable.from(response.body), createWriteStream(partial));
    await rename(partial, destination);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return {
    state: "saved",
    etag: response.header("etag"),
    lastModified: response.header("last-modified"),
    finalUrl: response.url.href,
  };
}

/** Fetches a small text, such as a list of changes. Throws AppError as `download` does. */
export async function downloadText(
  url: string,
  options: { signal?: AbortSignal | undefined; maxBytes: number },
): Promise<string> {
  const response = await guardedFetch(url, { maxBytes: options.maxBytes, signal: options.signal });
  if (response.status !== 200) response.discard();
  requireOk(response.status, response.url);
  return response.text();
}

function requireOk(status: number, url: URL): void {
  if (status === 200) return;
  const reason = status === 404 ? "has no such file" : `answered with status ${status}`;
  throw new AppError("upstream-refused", `${url.host} ${reason}: ${url.pathname}`);
}
