import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { z } from "zod";
import { RegistryRefusal } from "./registry-refusal.ts";

const StoredManifest = z.object({ mediaType: z.string(), size: z.number() });

/**
 * Files of a small registry: `blobs/<hex>`, `uploads/<id>`, and per repository `manifests/<hex>` with its media type and
 * `tags/<name>`. Repository names are stored encoded, so that no name can leave the folder.
 */
export class RegistryStorage {
  readonly #root: string;
  constructor(root: string) {
    this.#root = root;
  }

  async blobSize(digest: string): Promise<number | null> {
    return stat(this.#blob(digest)).then(
      (info) => info.size,
      () => null,
    );
  }

  readBlob(digest: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.#blob(digest), range ?? {});
  }

  async deleteBlob(digest: string): Promise<void> {
    await unlink(this.#blob(digest));
  }

  async startUpload(): Promise<string> {
    const id = randomUUID();
    await mkdir(path.join(this.#root, "uploads"), { recursive: true });
    await writeFile(this.#upload(id), "");
    return id;
  }

  /** Bytes received so far; null when there is no such upload. */
  async uploadSize(id: string): Promise<number | null> {
    if (!/^[0-9a-f-]{36}$/.test(id)) return null;
    return stat(this.#upload(id)).then(
      (info) => info.size,
      () => null,
    );
  }

  async append(id: string, bytes: Uint8Array): Promise<void> {
    await appendFile(this.#upload(id), bytes);
  }

  /** Turns an upload into a blob. Throws DIGEST_INVALID when the bytes are not what was announced. */
  async finishUpload(id: string, digest: string): Promise<void> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(this.#upload(id))) hash.update(chunk as Buffer);
    if (`sha256:${hash.digest("hex")}` !== digest) {
      await unlink(this.#upload(id));
      throw new RegistryRefusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    await mkdir(path.join(this.#root, "blobs"), { recursive: true });
    await rename(this.#upload(id), this.#blob(digest));
  }

  async cancelUpload(id: string): Promise<void> {
    await unlink(this.#upload(id));
  }

  async writeManifest(
    repository: string,
    digest: string,
    manifest: { mediaType: string; bytes: Uint8Array },
  ): Promise<void> {
    const folder = this.#repository(repository, "manifests");
    await mkdir(folder, { recursive: true });
    await mkdir(path.join(this.#root, "blobs"), { recursive: true });
    await writeFile(this.#blob(digest), manifest.bytes);
    await writeFile(
      path.join(folder, digest.slice(7)),
      JSON.stringify({ mediaType: manifest.mediaType, size: manifest.bytes.length }),
    );
  }

  async readManifest(repository: string, digest: string): Promise<{ mediaType: string; bytes: Buffer } | null> {
    const text = await readFile(path.join(this.#repository(repository, "manifests"), digest.slice(7)), "utf8").catch(
      () => null,
    );
    if (text === null) return null;
    return { mediaType: StoredManifest.parse(JSON.parse(text)).mediaType, bytes: await readFile(this.#blob(digest)) };
  }

  /** Deletes a manifest and returns the tags that pointed to it, which go with it. */
  async deleteManifest(repository: string, digest: string): Promise<string[]> {
    await unlink(path.join(this.#repository(repository, "manifests"), digest.slice(7)));
    const gone: string[] = [];
    for (const tag of await this.tags(repository)) {
      if ((await this.resolveTag(repository, tag)) !== digest) continue;
      await unlink(path.join(this.#repository(repository, "tags"), tag));
      gone.push(tag);
    }
    return gone;
  }

  async writeTag(repository: string, tag: string, digest: string): Promise<void> {
    const folder = this.#repository(repository, "tags");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, tag), digest);
  }

  async resolveTag(repository: string, tag: string): Promise<string | null> {
    return readFile(path.join(this.#repository(repository, "tags"), tag), "utf8").catch(() => null);
  }

  async deleteTag(repository: string, tag: string): Promise<void> {
    await unlink(path.join(this.#repository(repository, "tags"), tag));
  }

  async tags(repository: string): Promise<string[]> {
    return (await readdir(this.#repository(repository, "tags")).catch(() => [])).sort();
  }

  async hasRepository(repository: string): Promise<boolean> {
    return stat(this.#repository(repository, "")).then(
      () => true,
      () => false,
    );
  }

  async repositories(): Promise<string[]> {
    const names = await readdir(path.join(this.#root, "repositories")).catch(() => []);
    return names.map(decodeURIComponent).sort();
  }

  async clear(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  #blob(digest: string): string {
    return path.join(this.#root, "blobs", digest.slice(7));
  }

  #upload(id: string): string {
    return path.join(this.#root, "uploads", id);
  }

  #repository(name: string, part: string): string {
    return path.join(this.#root, "repositories", encodeURIComponent(name), part);
  }
}
