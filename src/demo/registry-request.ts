import type { IncomingMessage, ServerResponse } from "node:http";
import type { RegistryHappening } from "./registry-notifier.ts";
import { RegistryRefusal } from "./registry-refusal.ts";
import type { RegistryStorage } from "./registry-storage.ts";

/** One request that was signed in and parsed, with what its handler needs. */
export interface RegistryRequest {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  method: string;
  storage: RegistryStorage;
  /** Tells the subscribed endpoint what happened. */
  tell: (happening: Pick<RegistryHappening, "action" | "target">) => void;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);
export const isTag = (text: string): boolean => TAG.test(text);

/** Throws NAME_INVALID unless the text is a repository name. */
export function checkName(name: string): string {
  if (name.length > 255 || !NAME.test(name)) throw new RegistryRefusal(400, "NAME_INVALID", "invalid repository name");
  return name;
}

/** Throws DIGEST_INVALID unless the text is a sha256 digest. */
export function checkDigest(digest: string | null): string {
  if (!digest || !DIGEST.test(digest)) throw new RegistryRefusal(400, "DIGEST_INVALID", "invalid digest");
  return digest;
}

/** Throws UNSUPPORTED (405) unless the method is one of these. */
export function checkMethod(method: string, ...allowed: string[]): void {
  if (!allowed.includes(method))
    throw new RegistryRefusal(405, "UNSUPPORTED", `the operation ${method} is not supported here`);
}

/** Reads a body up to `cap` bytes and holds it against its content-length. */
export async function readBody(request: IncomingMessage, cap: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > cap) throw new RegistryRefusal(413, "SIZE_INVALID", "the body is too large");
    chunks.push(chunk as Buffer);
  }
  const declared = request.headers["content-length"];
  if (declared !== undefined && Number(declared) !== size)
    throw new RegistryRefusal(400, "SIZE_INVALID", "content-length does not match the body");
  return Buffer.concat(chunks);
}

/** Sends JSON with its length. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers })
    .end(text);
}
