import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { AppError } from "#domain/app-error.ts";

export interface BodyLimits {
  /** Bytes on the wire. */
  maxBytes: number;
  /** Bytes after gzip or zstd; the same as `maxBytes` when not given. */
  maxUnpackedBytes?: number;
}

/**
 * Reads a request body while counting: 413 as soon as a limit is passed (before the rest arrives), 400 when fewer or more
 * bytes came than `content-length` said (something on the way cut it), 415 for an unknown content encoding.
 */
export async function readCappedBody(request: Request, limits: BodyLimits): Promise<Buffer> {
  const declared = declaredLength(request.headers);
  if (declared !== undefined && declared > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const wire = Buffer.concat(await collect(bodyChunks(request), limits.maxBytes));
  if (declared !== undefined && declared !== wire.length) {
    throw new AppError(
      "bad-request",
      `The body has ${wire.length} bytes, but content-length says ${declared}. Something on the way cut it: send it again.`,
    );
  }
  const encoding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return wire;
  const unpack = decoderFor(encoding);
  const source = Readable.from([wire]);
  try {
    return Buffer.concat(await collect(source.pipe(unpack), limits.maxUnpackedBytes ?? limits.maxBytes));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("bad-request", `The body is not valid ${encoding}.`, { cause: error });
  } finally {
    source.destroy();
    unpack.destroy();
  }
}

/** Reads a JSON body. An empty body is `undefined`; anything that is not JSON is 400. */
export async function readCappedJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const bytes = await readCappedBody(request, limits);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new AppError("bad-request", "The body is not JSON in UTF-8.", { cause: error });
  }
}

function declaredLength(headers: Headers): number | undefined {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function decoderFor(encoding: string) {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "zstd") return createZstdDecompress();
  throw new AppError(
    "unsupported-media-type",
    `The content encoding ${encoding.slice(0, 40)} is not read here. Send gzip, zstd or none.`,
  );
}

async function* bodyChunks(request: Request): AsyncIterable<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    parts.push(chunk);
  }
  return parts;
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("too-large", `The body is larger than the ${maxBytes} bytes that are read here.`);
}
