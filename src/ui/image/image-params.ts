import type { ViewSource } from "../data/view-key.ts";

export const imageTabs = ["vulnerabilities", "fix-plan", "changes", "packages", "containers", "history"] as const;
export type ImageTab = (typeof imageTabs)[number];

/** The tab that an address names; the first one when it names none. */
export function imageTab(text: string | undefined): ImageTab {
  return imageTabs.find((tab) => tab === text) ?? "vulnerabilities";
}

type Params = Record<string, string | undefined>;

const views: Record<ImageTab, { path: string; params: string[] }> = {
  vulnerabilities: {
    path: "findings",
    params: ["at", "group", "severity", "fixable", "kev", "status", "q", "package", "source", "expand"],
  },
  "fix-plan": { path: "fix-plan", params: ["at"] },
  changes: { path: "changes", params: ["at", "against"] },
  packages: { path: "packages", params: ["at", "q", "type", "vulnerable", "dev", "sort"] },
  containers: { path: "containers", params: ["at"] },
  history: { path: "history", params: ["at"] },
};

/** Where the data of a tab comes from; the same on server and browser, so that prefetched data is found. */
export function imageView(digest: string, tab: ImageTab, params: Params): ViewSource {
  const { path, params: names } = views[tab];
  return { view: `images/${digest}/${path}`, params: Object.fromEntries(names.map((name) => [name, params[name]])) };
}

/** Where one finding comes from, for its panel. */
export function findingView(digest: string, vulnerability: string, params: Params): ViewSource {
  return { view: `images/${digest}/findings/${encodeURIComponent(vulnerability)}`, params };
}

/** Where the data above the tabs comes from. */
export function imageHeadView(digest: string, params: Params): ViewSource {
  return { view: `images/${digest}`, params: { at: params.at } };
}

/** Takes every filter of the finding list and the tab out of an address, so that a link shows exactly what it counts. */
export const noFilters = {
  tab: undefined,
  severity: undefined,
  fixable: undefined,
  kev: undefined,
  status: undefined,
  q: undefined,
  package: undefined,
  source: undefined,
  expand: undefined,
  cve: undefined,
  pkg: undefined,
  type: undefined,
  vulnerable: undefined,
  dev: undefined,
  against: undefined,
} satisfies Params;
