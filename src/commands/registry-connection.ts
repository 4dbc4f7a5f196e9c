import { X509Certificate } from "node:crypto";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { createRegistryClient } from "#connectors/registry/client.ts";
import { testRights } from "#connectors/registry/test-rights.ts";
import { AppError } from "#domain/app-error.ts";
import type { RegistryRights } from "#domain/registry-rights.ts";
import { RegistryAuthKind, RepositoryName } from "#domain/registry-settings.ts";

/** Fields with which a registry is reached, as the connect page sends them. */
export const RegistryConnection = z
  .object({
    kind: z.enum(["acr", "oci"]),
    url: z.string().trim().min(1, "is missing").max(500).transform(toOrigin),
    authKind: RegistryAuthKind,
    username: z.string().trim().max(255).optional(),
    password: z.string().max(4096).optional(),
    /** Host that may receive the credentials besides the registry's own: what the test showed and a person confirmed. */
    tokenRealmHost: z.string().max(255).nullish(),
    caPem: z.string().max(65_536).nullish().refine(isPem, "is not a PEM certificate"),
    plainHttp: z.boolean().default(false),
    repositories: z.array(RepositoryName).max(5000).nullish(),
  })
  .superRefine((input, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (input.authKind !== "anonymous" && !input.username) issue("username", "is missing");
    if (input.authKind !== "anonymous" && !input.password) issue("password", "is missing");
    if (input.authKind === "repositoryToken" && !input.repositories?.length) {
      issue("repositories", "A repository-scoped token cannot list the registry, so name the repositories to scan");
    }
    if (input.url.startsWith("http:") && !input.plainHttp && !isLoopbackHost(new URL(input.url).hostname)) {
      issue(
        "url",
        "This address is unencrypted: passwords and images travel in the clear. Use https://, or allow it with plainHttp",
      );
    }
  });
export type RegistryConnection = z.infer<typeof RegistryConnection>;

/** Tries every right of a connection that is not stored. Never throws for what the registry does: the result says it. */
export function tryConnection(connection: RegistryConnection): Promise<RegistryRights> {
  const credentials =
    connection.authKind === "anonymous"
      ? null
      : { username: connection.username ?? "", password: connection.password ?? "" };
  const client = createRegistryClient({
    url: connection.url,
    credentials,
    tokenRealmHost: connection.tokenRealmHost ?? null,
    caPem: connection.caPem ?? undefined,
    rules: { allowLoopback: config().allowLoopback },
    maxTries: 2,
  });
  return testRights({
    client,
    kind: connection.kind,
    authKind: connection.authKind,
    repositories: connection.repositories ?? null,
    now: clock.now(),
    signal: AbortSignal.timeout(60_000),
  });
}

/** Throws when a connection with these rights could see nothing; the text is the registry's and names what is missing. */
export function requireUsable(rights: RegistryRights): void {
  const of = (name: string) => rights.rights.find((right) => right.name === name);
  for (const name of ["reach", "authenticate"]) {
    const right = of(name);
    if (right && right.state !== "granted")
      throw new AppError(name === "reach" ? "upstream-unreachable" : "upstream-refused", right.detail);
  }
  for (const name of ["catalog", "listTags", "pullManifest", "pullBlob"]) {
    const right = of(name);
    if (!right || right.state === "granted" || right.state === "skipped") continue;
    throw new AppError("upstream-refused", right.missing ? `${right.detail} Missing: ${right.missing}.` : right.detail);
  }
}

function toOrigin(text: string, context: z.RefinementCtx): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  const fault = urlFault(url);
  if (!fault && url) return url.origin;
  context.addIssue({ code: "custom", message: fault ?? "is not an address" });
  return z.NEVER;
}

function urlFault(url: URL | null): string | null {
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return "is not an http or https address";
  if (url.username || url.password) return "carries a user name or password: enter them in their own fields";
  if ((url.pathname !== "/" && url.pathname !== "/v2/") || url.search)
    return "is more than a registry's host name: leave out repository and path";
  return null;
}

function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return bare === "localhost" || (ipaddr.isValid(bare) && ipaddr.process(bare).range() === "loopback");
}

function isPem(text: string | null | undefined): boolean {
  if (!text) return true;
  try {
    return new X509Certificate(text).subject !== "";
  } catch {
    return false;
  }
}
