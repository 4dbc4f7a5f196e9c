import type { RegistryRight, RegistryRightName, RegistryRights } from "#domain/registry-rights.ts";
import type { RegistryClient } from "./client.ts";
import { missingRight, type RightContext } from "./missing-right.ts";
import { faultReason } from "./registry-fault.ts";
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
  #config: { digest: string; size: number } | null = null;
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
        for await (const tag of client.tags(repository, signal)) {
          this.found = { repository, tag };
          return `Tags of ${repository} can be listed.`;
        }
      } catch (error) {
        // A repository may have vanished or be closed to us while others are open.
        if (faultReason(error) !== "notFound") fault ??= error;
      }
    }
    if (fault) throw fault;
    throw new Skip("No repository has a tag to try it on yet.");
  }

  async pullManifest(): Promise<string> {
    const { client, signal } = this.#test;
    if (!this.found) throw new Skip("There is no image to try it on yet.");
    const { repository, tag } = this.found;
    let manifest = await client.manifest(repository, tag, signal);
    if (manifest.kind === "index") {
      const [child] = manifest.children.filter((entry) => !entry.isAttestation);
      if (child) manifest = await client.manifest(repository, child.digest, signal);
    }
    if (manifest.kind === "image") this.#config = manifest.config;
    return `The manifest of ${repository}:${tag} can be pulled.`;
  }

  async pullBlob(): Promise<string> {
    const { client, signal } = this.#test;
    if (!this.found || !this.#config) throw new Skip("There is no image to try it on yet.");
    const { digest, size } = this.#config;
    for await (const chunk of client.blob(this.found.repository, digest, {
      signal,
      maxBytes: 4_194_304,
      expectedBytes: size,
    }))
      void chunk;
    return `Blobs of ${this.found.repository} can be pulled.`;
  }

  #add(name: RegistryRightName, state: RegistryRight["state"], detail: string): void {
    const { kind, authKind } = this.#test;
    const context = { kind, authKind, repository: this.found?.repository ?? this.#candidates[0] ?? null };
    this.rights.push({ name, state, detail, missing: state === "denied" ? missingRight(name, context) : null });
  }
}
