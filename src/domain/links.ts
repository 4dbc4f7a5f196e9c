import type { RootKind } from "./resource.ts";

const segment = encodeURIComponent;

/** Where the page of each kind of root lies, and how it is asked for one verdict and for all that is unhealthy. */
const rootPages: Record<RootKind, { folder: string; verdict: (ruleId: string) => string; unhealthy: string }> = {
  registry: { folder: "registries", verdict: () => "", unhealthy: "?tab=images&posture=unhealthy" },
  host: { folder: "hosts", verdict: (ruleId) => `?control=${segment(ruleId)}`, unhealthy: "?status=unhealthy" },
  cluster: { folder: "clusters", verdict: (ruleId) => `?control=${segment(ruleId)}`, unhealthy: "?status=unhealthy" },
};

/** Addresses of pages (design: pages.md §3). Every link in the product is built here, so that none can rot alone. */
export const links = {
  containers: () => "/compute/containers",
  overview: () => "/compute/overview",
  coverage: () => "/compute/coverage",
  welcome: () => "/welcome",
  root: (kind: RootKind, rootId: string) => `/${rootPages[kind].folder}/${segment(rootId)}`,
  /** A root's page, opened at the verdict of one rule where it shows verdicts. */
  verdict: (kind: RootKind, rootId: string, ruleId: string) =>
    `/${rootPages[kind].folder}/${segment(rootId)}${rootPages[kind].verdict(ruleId)}`,
  /** A root's page, opened at what is unhealthy in it. */
  unhealthy: (kind: RootKind, rootId: string) =>
    `/${rootPages[kind].folder}/${segment(rootId)}${rootPages[kind].unhealthy}`,
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
