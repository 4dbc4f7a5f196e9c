import type { RootKind } from "./resource.ts";

const segment = encodeURIComponent;

/** Where the page of each kind of root lies. */
const rootPages: Record<RootKind, string> = { registry: "registries", host: "hosts", cluster: "clusters" };

/** Addresses of pages (design: pages.md §3). Every link in the product is built here, so that none can rot alone. */
export const links = {
  containers: () => "/compute/containers",
  overview: () => "/compute/overview",
  coverage: () => "/compute/coverage",
  welcome: () => "/welcome",
  root: (kind: RootKind, rootId: string) => `/${rootPages[kind]}/${segment(rootId)}`,
  registry: (registryId: string) => `/registries/${segment(registryId)}`,
  repository: (registryId: string, repository: string) =>
    `/registries/${segment(registryId)}/repos/${repository.split("/").map(segment).join("/")}`,
  /** `at` picks the placement: `<registryId>/<repository>`. */
  image: (digest: string, at?: { registryId: string; repository: string }) =>
    `/images/${segment(digest).replaceAll("%3A", ":")}${at ? `?at=${segment(`${at.registryId}/${at.repository}`)}` : ""}`,
  vulnerability: (key: string) => `/vulnerabilities/${segment(key)}`,
  vulnerabilities: () => "/vulnerabilities",
  host: (hostId: string) => `/hosts/${segment(hostId)}`,
  hostContainer: (hostId: string, containerId: string) =>
    `/hosts/${segment(hostId)}/containers/${segment(containerId)}`,
  rule: (ruleId: string) => `/rules/${segment(ruleId)}`,
  exemptions: () => "/exemptions",
  recommendations: () => "/recommendations",
  recommendation: (ruleId: string) => `/recommendations/${segment(ruleId)}`,
  notices: () => "/notices",
  settings: (page: string) => `/settings/${segment(page)}`,
} as const;
