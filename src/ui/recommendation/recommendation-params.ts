import type { ViewSource } from "../data/view-key.ts";

type Params = Record<string, string | undefined>;

export const recommendationFilterNames = ["q", "kind", "severity", "environment", "owner", "standard"];
export const resourceFilterNames = ["q", "kind", "environment", "owner", "root"];

function pick(params: Params, names: readonly string[]): Params {
  return Object.fromEntries(names.map((name) => [name, params[name]]));
}

/** Where the list of recommendations comes from; the same on server and browser. */
export function recommendationListView(params: Params): ViewSource {
  return {
    view: "recommendations",
    params: pick(params, [...recommendationFilterNames, "view", "sort", "group", "root"]),
  };
}

/** Where one recommendation and its resources come from. */
export function recommendationView(id: string, params: Params): ViewSource {
  return {
    view: `recommendations/${encodeURIComponent(id)}`,
    params: pick(params, [...resourceFilterNames, "status"]),
  };
}

/** Where the history of one recommendation comes from. */
export function recommendationHistoryView(id: string, params: Params): ViewSource {
  return {
    view: `recommendations/${encodeURIComponent(id)}/history`,
    params: pick(params, ["kind", "environment", "owner"]),
  };
}

/** Where the upgrades that close most come from. */
export function recommendationUpgradesView(id: string, params: Params): ViewSource {
  return { view: `recommendations/${encodeURIComponent(id)}/upgrades`, params: pick(params, ["owner"]) };
}
