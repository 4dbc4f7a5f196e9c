import type { RegistryRight, RegistryRightName, RegistryRights } from "#domain/registry-rights.ts";
import type { RegistryClient } from "./client.ts";
import { missingRight, type RightContext } from "./missing-right.ts";
import { faultReason, RegistryFault } from "./registry-fault.ts";
import { realmHost } from "./token-source.ts";

export interface RightsTest {
  client: RegistryClient;
  kind: RightContext["kind"];
  authKind: RightContext["authKind"];
  /** Repositories that a person named; null = the catalog tells. */
  repositories: readonly string[] | null;
  now: Date;
  signal?: AbortSignal | undefined;
}

const MOST_TRIED = 20;
const TAGS_EACH = 3;
const MOST_CONFIGS = 8;

/**
 * Tries every right on its own, in the order in which one needs the other, without changing anything. A right that could
 * not be tried is `skipped` with the reason.
 */
export async function testRights(test: RightsTest): Promise<RegistryRights> {
  const run = new RightsRun(test);
  await run.attempt("reach", () => run.reach());
  await run.attempt("authenticate", () => run.authenticate());
  await run.attempt("catalog", () => run.catalog());
  await run.attempt("listTags", () => run.listTags());
  await run.attempt("pullManifest", () => run.pullManifest());
  await run.attempt("pullBlob", () => run.pullBlob());
  return {
    testedAt: test.now.toISOString(),
    rights: run.rights,
    tokenRealmHost: run.realm,
    triedOn: run.found?.repository ?? null,
  };
}

/** Thrown inside an attempt: there is nothing to try this right on. */
class Skip extends Error {}

class RightsRun {
  readonly rights: RegistryRight[] = [];
  realm: string | null = null;
  found: { repository: string; tag: string } | null = null;
  #candidates: string[] = [];
  /** Images to try pulling on: one that is broken says nothing about rights. */
  #images: { repository: string; tag: string }[] = [];
  #configs: { repository: string; digest: string; size: number }[] = [];
  #stopped: string | null = null;
  readonly #test: RightsTest;

  constructor(test: RightsTest) {
    this.#test = test;
    this.#candidates = [...(test.repositories ?? [])];
  }

  async attempt(name: RegistryRightName, work: () => Promise<string>): Promise<void> {
    if (this.#stopped) return this.#add(name, "skipped", this.#stopped);
    try {
      this.#add(name, "granted", await work());
    } catch (error) {
      if (error instanceof Skip) return this.#add(name, "skipped", error.message);
      const reason = faultReason(error);
      if (reason === null || !(error instanceof Error)) throw error;
      this.#add(name, reason === "noRight" || reason === "unauthenticated" ? "denied" : "failed", error.message);
      if (name === "reach") this.#stopped = "Not tried: the registry was not reached.";
      if (name === "authenticate") this.#stopped = "Not tried: signing in did not work.";
    }
  }

  async reach(): Promise<string> {
    const { client, signal } = this.#test;
    const challenges = await client.challenges(signal);
    const bearer = challenges.find((challenge) => challenge.scheme === "bearer");
    const host = bearer ? realmHost(bearer) : null;
    if (host && host !== client.host) this.realm = host;
    if (challenges.length === 0) return `${client.host} answers and asks for no credentials.`;
    return bearer
      ? `${client.host} answers; it gives tokens at ${host}.`
      : `${client.host} answers; it wants a user name and a password.`;
  }

  async authenticate(): Promise<string> {
    await this.#test.client.authenticate(this.#test.signal);
    return this.#test.authKind === "anonymous" ? "Anonymous access is accepted." : "The credentials are accepted.";
  }

  async catalog(): Promise<string> {
    const { client, repositories, signal } = this.#test;
    if (repositories)
      throw new Skip(
        `Not needed: ${repositories.length} ${repositories.length === 1 ? "repository is" : "repositories are"} named by you.`,
      );
    for await (const name of client.catalog(signal)) {
      this.#candidates.push(name);
      if (this.#candidates.length >= MOST_TRIED) break;
    }
    return this.#candidates.length === 0 ? "The catalog can be listed; it is empty." : "The catalog can be listed.";
  }

  async listTags(): Promise<string> {
    const { client, signal } = this.#test;
    if (this.#candidates.length === 0) throw new Skip("There is no repository to try it on yet.");
    let fault: unknown;
    for (const repository of this.#candidates) {
      try {
        let taken = 0;
        for await (const tag of client.tags(repository, signal)) {
          this.#images.push({ repository, tag });
          taken += 1;
          if (taken >= TAGS_EACH) break;
        }
      } catch (error) {
        // A repository may have vanished or be closed to us while others are open.
        if (faultReason(error) !== "notFound") fault ??= error;
      }
      if (this.#images.length >= MOST_TRIED) break;
    }
    this.found = this.#images[0] ?? null;
    if (this.found) return `Tags of ${this.found.repository} can be listed.`;
    if (fault) throw fault;
    throw new Skip("No repository has a tag to try it on yet.");
  }

  async pullManifest(): Promise<string> {
    if (this.#images.length === 0) throw new Skip("There is no image to try it on yet.");
    const said = await this.#onOne(this.#images, async ({ repository, tag }) => {
      const config = await this.#configOf(repository, tag);
      // What is no image leaves nothing to try the next right on, so others are looked at first.
      if (!config) throw new RegistryFault("broken", `${repository}:${tag} is no image.`);
      this.found = { repository, tag };
      this.#configs.push({ repository, ...config });
      return `The manifest of ${repository}:${tag} can be pulled.`;
    });
    // A few more, in case the first one lacks its configuration.
    for (const { repository, tag } of this.#images.slice(0, MOST_CONFIGS)) {
      const config = await this.#configOf(repository, tag).catch(() => null);
      if (config) this.#configs.push({ repository, ...config });
    }
    return said;
  }

  async pullBlob(): Promise<string> {
    const { client, signal } = this.#test;
    if (this.#configs.length === 0) throw new Skip("There is no image to try it on yet.");
    return this.#onOne(this.#configs, async ({ repository, digest, size }) => {
      const blob = client.blob(repository, digest, { signal, maxBytes: 4_194_304, expectedBytes: size });
      for await (const chunk of blob) void chunk;
      return `Blobs of ${repository} can be pulled.`;
    });
  }

  /**
   * Tries images one after the other until one can be read. Where each of them is broken or gone the registry still answered for it,
   * so the right is there; where one is refused and none can be read, that refusal is the outcome.
   */
  async #onOne<Item>(items: readonly Item[], work: (item: Item) => Promise<string>): Promise<string> {
    let refused: unknown;
    let broken = "";
    for (const item of items) {
      try {
        return await work(item);
      } catch (error) {
        const reason = faultReason(error);
        if (reason === "broken" || reason === "notFound") broken ||= error instanceof Error ? error.message : "";
        else if (reason === "noRight") refused ??= error;
        else throw error;
      }
    }
    if (refused) throw refused;
    return `The registry answers; none of the ${items.length} tried can be read: ${broken}`;
  }

  /** The configuration of an image, or of the first platform of an index that is there. */
  async #configOf(repository: string, reference: string): Promise<{ digest: string; size: number } | null> {
    const { client, signal } = this.#test;
    const manifest = await client.manifest(repository, reference, signal);
    if (manifest.kind === "image") return manifest.config;
    if (manifest.kind === "other") return null;
    for (const child of manifest.children.filter((entry) => !entry.isAttestation)) {
      const config = await this.#configOf(repository, child.digest).catch((error) => {
        if (faultReason(error) === "notFound") return null;
        throw error;
      });
      if (config) return config;
    }
    return null;
  }

  #add(name: RegistryRightName, state: RegistryRight["state"], detail: string): void {
    const { kind, authKind } = this.#test;
    const context = { kind, authKind, repository: this.found?.repository ?? this.#candidates[0] ?? null };
    this.rights.push({ name, state, detail, missing: state === "denied" ? missingRight(name, context) : null });
  }
}
