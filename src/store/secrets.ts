import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { config } from "#config.ts";
import { newId } from "./ids.ts";
import { type Executor, execute, selectFirst, sql } from "./sql.ts";

const VERSION = 1;

/**
 * Encrypts `plain` with AES-256-GCM under a key derived from BREAKWATER_SECRET, bound to the row's id so that a
 * cipher copied to another row does not open. Layout: version byte, 12-byte nonce, 16-byte tag, cipher.
 */
export function seal(id: string, plain: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key(), nonce).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body]);
}

/** Opens what `seal` made. Throws when the secret key, the row id or a byte differs. */
export function unseal(id: string, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== VERSION) throw new Error("Stored credential has an unknown format");
  const decipher = createDecipheriv("aes-256-gcm", key(), bytes.subarray(1, 13)).setAAD(Buffer.from(id));
  decipher.setAuthTag(bytes.subarray(13, 29));
  return Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]).toString("utf8");
}

/** Stores a credential and returns the id that a row may keep. The value is never selected by queries. */
export async function storeSecret(executor: Executor, plain: string): Promise<string> {
  const id = newId();
  await execute(sql`insert into secret (id, cipher) values (${id}, ${seal(id, plain)})`, executor);
  return id;
}

/** Reads a credential back; undefined when the row is gone. */
export async function readSecret(id: string, executor?: Executor): Promise<string | undefined> {
  const row = await selectFirst(
    z.object({ cipher: z.instanceof(Uint8Array) }),
    sql`select cipher from secret where id = ${id}`,
    executor,
  );
  return row ? opened(id, row.cipher) : undefined;
}

/** A stored credential that the key of this process does not open. */
export class UnreadableSecretError extends Error {
  constructor(cause: unknown) {
    super("A stored credential cannot be read with the key that Breakwater runs with", { cause });
    this.name = "UnreadableSecretError";
  }
}

function opened(id: string, cipher: Uint8Array): string {
  try {
    return unseal(id, cipher);
  } catch (error) {
    throw new UnreadableSecretError(error);
  }
}

/** Whether this process's key opens the newest stored credential; null when there is none. */
export async function checkKey(): Promise<boolean | null> {
  const row = await selectFirst(
    z.object({ id: z.string(), cipher: z.instanceof(Uint8Array) }),
    sql`select id, cipher from secret order by created_at desc limit 1`,
  );
  if (!row) return null;
  try {
    unseal(row.id, row.cipher);
    return true;
  } catch {
    return false;
  }
}

/** Forgets a credential. */
export async function deleteSecret(executor: Executor, id: string): Promise<void> {
  await execute(sql`delete from secret where id = ${id}`, executor);
}

function key(): Buffer {
  const { secret } = config();
  if (secret.length < 32)
    throw new Error("BREAKWATER_SECRET is not set, so stored credentials cannot be read or written");
  return Buffer.from(hkdfSync("sha256", secret, "", "breakwater stored credentials v1", 32));
}
