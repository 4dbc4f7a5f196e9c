import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { AppError } from "#domain/app-error.ts";
import { networkFault } from "./network-fault.ts";

/** The answer of a guarded request. Read the body once, or call `discard`. */
export interface GuardedResponse {
  status: number;
  /** Address that answered, after redirects. */
  url: URL;
  headers: IncomingHttpHeaders;
  header(name: string): string | null;
  /** Raw bytes as sent, never decoded, counted against `maxBytes`. */
  body: AsyncIterable<Uint8Array>;
  /** Whole body, content encodings undone; both the sent and the decoded size stay below `maxBytes`. */
  bytes(maxBytes?: number): Promise<Buffer>;
  text(maxBytes?: number): Promise<string>;
  /** Throws `upstream-refused` when the body is no JSON. */
  json(maxBytes?: number): Promise<unknown>;
  discard(): void;
}

export interface ResponseLimits {
  maxBytes: number;
  idleTimeoutMs: number;
  isHead: boolean;
  /** Ends the whole exchange; called when the body was read, failed or was dropped. */
  finished: () => void;
  /** Why our side ended the exchange, if it did: an abort or the total time. */
  reason: () => Error | undefined;
}

/** Wraps Node's message so that reading it obeys the limits and fails with words. */
export function guardedResponse(message: IncomingMessage, url: URL, limits: ResponseLimits): GuardedResponse {
  const header = (name: string) => firstValue(message.headers[name.toLowerCase()]);
  const bytes = async (maxBytes = limits.maxBytes) => readAll(message, url, { ...limits, maxBytes });
  const text = async (maxBytes?: number) => (await bytes(maxBytes)).toString("utf8");
  return {
    status: message.statusCode ?? 0,
    url,
    headers: message.headers,
    header,
    body: limited(message, url, limits),
    bytes,
    text,
    json: async (maxBytes) => parseJson(await text(maxBytes), url),
    discard: () => {
      // A short rest is read away, so that the connection can be used again.
      const rest = Number(message.headers["content-length"] ?? Number.NaN);
      if (limits.isHead || message.complete || rest <= 65_536) message.resume();
      else message.destroy();
      limits.finished();
    },
  };
}

async function* limited(message: IncomingMessage, url: URL, limits: ResponseLimits): AsyncGenerator<Uint8Array> {
  let received = 0;
  const chunks: AsyncIterator<Buffer> = message[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only silence of the other side counts, not the time that the reader takes.
      const timer = setTimeout(() => message.destroy(stalled(url, limits.idleTimeoutMs)), limits.idleTimeoutMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) break;
      received += next.value.length;
      if (received > limits.maxBytes) throw tooLarge(url, limits.maxBytes);
      yield next.value;
    }
    if (!message.complete)
      throw new AppError("upstream-unreachable", `${url.host} closed the connection in the middle of the answer.`);
  } catch (error) {
    throw limits.reason() ?? networkFault(error, url);
  } finally {
    if (!message.complete) message.destroy();
    limits.finished();
  }
}

async function readAll(message: IncomingMessage, url: URL, limits: ResponseLimits): Promise<Buffer> {
  const decoder = decoderFor(firstValue(message.headers["content-encoding"]), url);
  const source = limited(message, url, limits);
  if (!decoder) return collect(source, url, limits.maxBytes);
  const pump = feed(source, decoder);
  try {
    const [whole] = await Promise.all([collect(decoder, url, limits.maxBytes), pump]);
    return whole;
  } catch (error) {
    decoder.destroy();
    await pump.catch(() => {});
    if (error instanceof AppError) throw error;
    throw new AppError("upstream-refused", `${url.host} sent a compressed answer that cannot be decompressed.`, {
      cause: error,
    });
  }
}

async function feed(
  source: AsyncIterable<Uint8Array>,
  decoder: NodeJS.WritableStream & { destroyed?: boolean },
): Promise<void> {
  for await (const chunk of source) {
    if (decoder.destroyed) return;
    if (!decoder.write(chunk))
      await new Promise<void>((resolve) => decoder.once("drain", resolve).once("close", resolve));
  }
  decoder.end();
}

async function collect(source: AsyncIterable<Uint8Array | string>, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks);
}

function decoderFor(encoding: string | null, url: URL) {
  switch (encoding?.trim().toLowerCase() ?? "") {
    case "":
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new AppError(
        "upstream-refused",
        `${url.host} answered in the unknown content encoding ${String(encoding).slice(0, 40)}.`,
      );
  }
}

function parseJson(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("upstream-refused", `${url.host} answered with something that is not JSON.`, { cause: error });
  }
}

function firstValue(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function tooLarge(url: URL, maxBytes: number): AppError {
  return new AppError("too-large", `The answer of ${url.host} is larger than the limit of ${describeBytes(maxBytes)}.`);
}

function stalled(url: URL, idleTimeoutMs: number): AppError {
  return new AppError("upstream-unreachable", `${url.host} stopped sending for ${Math.round(idleTimeoutMs / 1000)} s.`);
}

function describeBytes(bytes: number): string {
  return bytes >= 1_048_576 ? `${Math.round(bytes / 1_048_576)} MiB` : `${Math.round(bytes / 1024)} KiB`;
}
