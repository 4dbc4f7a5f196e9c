import { readdirSync } from "node:fs";
import path from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { withDemo } from "./demo-estate.ts";
import { enrolledHost } from "./enrolled-host.ts";
import { sharedFlaw, withRealRegistry } from "./real-registry.ts";
import { read } from "./session.ts";

/** Objects of the demo that pages with parameters are opened with. */
export interface Estate {
  registry: string;
  repository: string;
  digest: string;
  vulnerability: string;
  host: string;
  container: string;
  /** A registry that is not of the demo, and its worst image. */
  realRegistry: string;
  realDigest: string;
}

/** Every page below src/app/(portal), by its folder, with the addresses it is visited at. */
export const portalPages: Record<string, (estate: Estate) => string[]> = {
  "[...missing]": () => ["/no/such/page"],
  "compute/containers": () => ["/compute/containers", "/compute/containers?q=no-such-name&type=registry"],
  "compute/coverage": () => ["/compute/coverage"],
  "compute/overview": () => ["/compute/overview"],
  connect: () => ["/connect"],
  "connect/host": () => ["/connect/host"],
  "connect/registry": () => ["/connect/registry"],
  "hosts/[id]": ({ host }) => [
    `/hosts/${host}`,
    `/hosts/${host}?tab=containers`,
    `/hosts/${host}?tab=images`,
    `/hosts/${host}?tab=reports`,
    `/hosts/${host}?tab=settings`,
  ],
  "hosts/[id]/containers/[cid]": ({ host, container }) => [`/hosts/${host}/containers/${container}`],
  "images/[digest]": ({ digest }) => [
    `/images/${digest}`,
    `/images/${digest}?group=vulnerability`,
    `/images/${digest}?tab=fix-plan`,
    `/images/${digest}?tab=changes`,
    `/images/${digest}?tab=packages`,
    `/images/${digest}?tab=history`,
  ],
  exemptions: () => [
    "/exemptions",
    "/exemptions?state=expiring",
    "/exemptions?state=ended",
    "/exemptions?q=no-such-thing",
  ],
  notices: () => ["/notices"],
  recommendations: () => ["/recommendations", "/recommendations?q=no-such-thing"],
  "recommendations/[id]": () => [
    "/recommendations/docker-privileged-container",
    "/recommendations/image-vulnerabilities-remediated",
  ],
  "registries/[id]": ({ registry }) => [
    `/registries/${registry}`,
    `/registries/${registry}?tab=images`,
    `/registries/${registry}?tab=events`,
    `/registries/${registry}?tab=settings`,
  ],
  "registries/[id]/repos/[...repo]": ({ registry, repository }) => [
    `/registries/${registry}/repos/${repository}`,
    `/registries/${registry}/repos/${repository}?tab=tags`,
  ],
  "rules/[id]": () => ["/rules/image-vulnerabilities-remediated"],
  search: () => ["/search?q=lib", "/search?q=no-such-thing"],
  settings: () => ["/settings"],
  "settings/advisories": () => ["/settings/advisories"],
  "settings/audit": () => ["/settings/audit"],
  "settings/docker-hosts": () => ["/settings/docker-hosts", "/settings/docker-hosts?override=trustedUsers"],
  "settings/exemptions": () => ["/settings/exemptions"],
  "settings/health": () => ["/settings/health"],
  "settings/owners": () => ["/settings/owners"],
  "settings/tokens": () => ["/settings/tokens"],
  "settings/users": () => ["/settings/users"],
  vulnerabilities: () => ["/vulnerabilities", "/vulnerabilities?q=no-such-flaw"],
  "vulnerabilities/[id]": ({ vulnerability }) => [
    `/vulnerabilities/${vulnerability}`,
    `/vulnerabilities/${vulnerability}?by=repository`,
    "/vulnerabilities/CVE-1999-99999",
  ],
  welcome: () => ["/welcome"],
};

/** Folders below `group` of src/app that have a page of their own. */
export function pageFolders(group: string): string[] {
  const root = path.resolve(import.meta.dirname, "../../src/app", group);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file === "page.tsx" || file.endsWith("/page.tsx"))
    .map((file) => path.posix.dirname(file).replaceAll(/\/?\([^)]+\)/g, ""))
    .sort();
}

/**
 * A mixed estate: the demo, a registry that is not of it and a Docker VM, and the objects of it that pages are opened with. The
 * demo's image has the most to show; flaws are those of the real registry, because once it is connected the demo is in no list.
 */
export async function demoObjects(request: APIRequestContext): Promise<Estate> {
  const registry = await withDemo(request);
  const repositories = await read<{ rows: { name: string }[] }>(request, `registries/${registry}/repositories`);
  const images = await read<{ rows: { digest: string }[] }>(request, `registries/${registry}/images`);
  return {
    registry,
    repository: repositories.rows[0]?.name ?? "",
    digest: images.rows[0]?.digest ?? "",
    vulnerability: sharedFlaw,
    ...(await withRealRegistry(request)),
    ...(await enrolledHost(request)),
  };
}
