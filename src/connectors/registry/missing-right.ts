import type { RegistryRightName } from "#domain/registry-rights.ts";
import type { RegistryAuthKind } from "#domain/registry-settings.ts";

export interface RightContext {
  kind: "acr" | "oci" | "demo";
  authKind: RegistryAuthKind;
  repository: string | null;
}

/**
 * The exact role, action or scope that is missing, in the words of the place where it is granted. ACR has two modes: classic
 * roles, and ABAC repository permissions, where AcrPull, Reader and even Owner give no data-plane right.
 */
export function missingRight(name: RegistryRightName, context: RightContext): string | null {
  if (name === "reach" || name === "authenticate") return null;
  if (context.authKind === "repositoryToken") return tokenScope(name, context.repository);
  return context.kind === "acr" ? acrRole(name) : genericScope(name, context.repository);
}

function acrRole(name: RegistryRightName): string {
  if (name === "catalog") {
    return "Role AcrPull on the registry; where role assignment permissions mode is “RBAC Registry + ABAC Repository Permissions”, role “Container Registry Repository Catalog Lister” instead";
  }
  return "Role AcrPull on the registry; where role assignment permissions mode is “RBAC Registry + ABAC Repository Permissions”, role “Container Registry Repository Reader” instead (its conditions must include this repository)";
}

function tokenScope(name: RegistryRightName, repository: string | null): string {
  const place = `repository ${repository ?? "in question"} in the scope map of the token`;
  if (name === "catalog") return "A repository-scoped token never has the catalog right: name the repositories instead";
  return name === "listTags" ? `Action metadata/read for ${place}` : `Action content/read for ${place}`;
}

function genericScope(name: RegistryRightName, repository: string | null): string {
  if (name === "catalog") return "Scope registry:catalog:* for this account; without it, name the repositories";
  return `Scope repository:${repository ?? "<name>"}:pull for this account (read access to the repository)`;
}
