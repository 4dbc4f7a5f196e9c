import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { RepositoryName, TagName } from "#domain/registry-settings.ts";
import type { GuardedFetchOptions } from "../http/guarded-fetch.ts";
import type { GuardedResponse } from "../http/guarded-response.ts";
import type { AuthChallenge } from "./auth-challenge.ts";
import { nextPage } from "./link-header.ts";
import { parseManifest, type RegistryManifest } from "./manifest.ts";
import { manifestAccept } from "./media-types.ts";
import { RegistryFault } from "./registry-fault.ts";
import { RegistryTransport, type TransportRequest } from "./registry-transport.ts";
import type { RegistryCredentials } from "./token-source.ts";

export interface RegistryClientSettings {
  /** `https://registry.example` or `http://registry.example:5000`. */
  url: string;
  credentials: RegistryCredentials | null;
  /** Host that was confirmed to receive the credentials for tokens, when it is not the registry's own. */
  tokenRealmHost?: string | null;
  caPem?: string | undefined;
  rules?: GuardedFetchOptions["rules"];
  lookup?: GuardedFetchOptions["lookup"];
  maxConcurrent?: number;
  retryBaseMs?: number;
  maxTries?: number;
}

export interface BlobOptions {
  signal?: AbortSignal | undefined;
  /** Largest acceptable size in bytes. */
  maxBytes?: number;
  /** Exact size, when the manifest names it. */
  expectedBytes?: number;
}

const MANIFEST_CAP = 4_194_304;
const BLOB_TIME_MS = 25 * 60_000;
const PAGE_SIZE = 200;
const MOST_PAGES = 5000;
const DigestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export type RegistryClient = ReturnType<typeof createRegistryClient>;

/**
 * A client for one registry (OCI Distribution 1.1 and Docker Registry v2). Every digest is verified, pages stay on the
 * registry's own origin, at most `maxConcurrent` requests are open. Faults are RegistryFault with a `reason`.
 */
export function createRegistryClient(settings: RegistryClientSettings) {
  const transport = new RegistryTransport({
    url: new URL(settings.url),
    credentials: settings.credentials,
    tokenRealmHost: settings.tokenRealmHost ?? null,
    http: { caPem: settings.caPem, lookup: settings.lookup, ...(settings.rules ? { rules: settings.rules } : {}) },
    maxConcurrent: settings.maxConcurrent ?? 8,
    retryBaseMs: settings.retryBaseMs ?? 300,
    maxTries: settings.maxTries ?? 4,
  });
  return {
    host: transport.url.host,

    /** How the registry wants to be signed in to; empty when it asks for nothing. */
    challenges: (signal?: AbortSignal): Promise<AuthChallenge[]> => transport.challenges(signal),

    /** Signs in at the base endpoint. Throws `unauthenticated` when the credentials are wrong. */
    authenticate: (signal?: AbortSignal): Promise<void> =>
      transport.ask({ path: "/v2/", purpose: "base", scope: "", signal }, async (response) => response.discard()),

    /** Names of all repositories, as the catalog pages arrive. */
    catalog: (signal?: AbortSignal): AsyncGenerator<string> =>
      paged(
        transport,
        { path: `/v2/_catalog?n=${PAGE_SIZE}`, purpose: "catalog", scope: "registry:catalog:*", signal },
        (body) => CatalogPage.parse(body).repositories ?? [],
      ),

    /** Tags of a repository. Throws `notFound` when the repository is gone. */
    tags: (repository: string, signal?: AbortSignal): AsyncGenerator<string> => listTags(transport, repository, signal),

    /** The manifest behind a tag or digest, its digest verified over the bytes. */
    manifest: (repository: string, reference: string, signal?: AbortSignal): Promise<RegistryManifest> =>
      readManifest(transport, { repository, reference, signal }),

    /** Digest of a tag or digest without its body; null when it does not exist. */
    headManifest: (repository: string, reference: string, signal?: AbortSignal): Promise<string | null> =>
      headManifest(transport, { repository, reference, signal }),

    /** Bytes of a blob as they arrive. Throws at the end when size or digest differ: keep nothing until it has ended. */
    blob: (repository: string, digest: string, options: BlobOptions = {}): AsyncGenerator<Uint8Array> =>
      readBlob(transport, { repository, digest, ...options }),
  };
}

const CatalogPage = z.object({ repositories: z.array(z.string()).max(100_000).nullish() });
const TagsPage = z.object({ tags: z.array(z.string()).max(100_000).nullish() });

async function* listTags(
  transport: RegistryTransport,
  repository: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const path = `/v2/${checked(repository)}/tags/list?n=${PAGE_SIZE}`;
  yield* paged(
    transport,
    { ...about(repository), purpose: `tags:${repository}`, path, signal },
    (body) => TagsPage.parse(body).tags ?? [],
  );
}

interface Page {
  names: string[];
  next: string | null;
}

async function* paged(
  transport: RegistryTransport,
  first: TransportRequest,
  read: (body: unknown) => string[],
): AsyncGenerator<string> {
  const seen = new Set<string>();
  let path: string | null = first.path;
  while (path !== null) {
    if (seen.has(path) || seen.size >= MOST_PAGES)
      throw new RegistryFault("broken", `${transport.url.host} lists pages in circles.`);
    seen.add(path);
    const page: Page = await transport
      .ask({ ...first, path }, (response) => readPage(transport.url, response, read))
      .catch((error) => {
        throw seen.size > 1 ? notOnLaterPage(transport.url, error) : error;
      });
    yield* page.names;
    path = page.next;
  }
}

/** What began to be listed is there: a later page that is missing is a fault of the registry and no deletion. */
function notOnLaterPage(registry: URL, error: unknown): unknown {
  if (!(error instanceof RegistryFault) || error.reason !== "notFound") return error;
  return new RegistryFault("broken", `${registry.host} ends a list in its middle: a later page is not found.`, {
    cause: error,
  });
}

async function readPage(registry: URL, response: GuardedResponse, read: (body: unknown) => string[]): Promise<Page> {
  try {
    const names = read(await response.json());
    const current = response.url.origin === registry.origin ? response.url : registry;
    return { names, next: nextPage(response.header("link"), current) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why =
      error instanceof z.ZodError
        ? "the list has an unknown form"
        : String(error instanceof Error ? error.message : error);
    throw new RegistryFault("broken", `${registry.host} lists wrongly: ${why}.`, { cause: error });
  }
}

interface ManifestRequest {
  repository: string;
  reference: string;
  signal?: AbortSignal | undefined;
}

function manifestRequest({ repository, reference, signal }: ManifestRequest): TransportRequest {
  if (!DigestText.safeParse(reference).success && !TagName.safeParse(reference).success) {
    throw new RegistryFault("broken", `Not a tag or digest: ${reference.slice(0, 150)}`);
  }
  return {
    ...about(repository),
    path: `/v2/${checked(repository)}/manifests/${reference}`,
    accept: manifestAccept,
    signal,
  };
}

async function readManifest(transport: RegistryTransport, request: ManifestRequest): Promise<RegistryManifest> {
  return transport.ask({ ...manifestRequest(request), maxBytes: MANIFEST_CAP }, async (response) => {
    const bytes = await response.bytes(MANIFEST_CAP);
    const computed = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const wanted = request.reference.startsWith("sha256:") ? request.reference : null;
    const claimed = response.header("docker-content-digest");
    if ((wanted && wanted !== computed) || (claimed?.startsWith("sha256:") && claimed !== computed)) {
      throw new RegistryFault(
        "broken",
        `${transport.url.host} sent a manifest of ${request.repository} whose bytes do not match its digest.`,
      );
    }
    return parseManifest(bytes, response.header("content-type"));
  });
}

async function headManifest(transport: RegistryTransport, request: ManifestRequest): Promise<string | null> {
  try {
    const claimed = await transport.ask({ ...manifestRequest(request), method: "HEAD" }, async (response) =>
      response.header("docker-content-digest"),
    );
    if (claimed && DigestText.safeParse(claimed).success) return claimed;
    return (await readManifest(transport, request)).digest;
  } catch (error) {
    if (error instanceof RegistryFault && error.reason === "notFound") return null;
    throw error;
  }
}

async function* readBlob(
  transport: RegistryTransport,
  request: { repository: string; digest: string } & BlobOptions,
): AsyncGenerator<Uint8Array> {
  const { repository, digest, signal, maxBytes = Number.MAX_SAFE_INTEGER, expectedBytes } = request;
  if (!DigestText.safeParse(digest).success) throw new RegistryFault("broken", `Not a digest: ${digest.slice(0, 100)}`);
  const cap = Math.min(maxBytes, expectedBytes ?? Number.MAX_SAFE_INTEGER);
  const { response, release } = await transport.open({
    ...about(repository),
    path: `/v2/${checked(repository)}/blobs/${digest}`,
    signal,
    maxBytes: cap,
    totalTimeoutMs: BLOB_TIME_MS,
  });
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  } finally {
    response.discard();
    release();
  }
  if (expectedBytes !== undefined && size !== expectedBytes) {
    throw new RegistryFault(
      "broken",
      `${transport.url.host} sent ${size} bytes of ${digest}, but its manifest says ${expectedBytes}.`,
    );
  }
  if (`sha256:${hash.digest("hex")}` !== digest) {
    throw new RegistryFault("broken", `${transport.url.host} sent bytes for ${digest} that do not match this digest.`);
  }
}

function about(repository: string): { purpose: string; scope: string } {
  return { purpose: `repository:${repository}`, scope: `repository:${repository}:pull` };
}

function checked(repository: string): string {
  if (!RepositoryName.safeParse(repository).success)
    throw new RegistryFault("broken", `Not a repository name: ${repository.slice(0, 255)}`);
  return repository;
}
