/** Where a view's data comes from: the path below /api/v1 and its search parameters. */
export interface ViewSource {
  /** For example `containers` or `registries/<id>/repositories`. */
  view: string;
  /** Search parameters; empty values are left out and order does not matter. */
  params?: Record<string, string | undefined>;
}

/** The query key of a view, equal on server and browser. */
export function viewKey(source: ViewSource): [string, string, string] {
  return ["view", source.view, searchOf(source.params)];
}

/** The address that answers with the view's data. */
export function viewPath(source: ViewSource, cursor?: string | null): string {
  const search = searchOf({ ...source.params, ...(cursor ? { cursor } : {}) });
  return `/api/v1/${source.view}${search ? `?${search}` : ""}`;
}

function searchOf(params: ViewSource["params"]): string {
  const entries = Object.entries(params ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return new URLSearchParams(entries.sort(([left], [right]) => (left < right ? -1 : 1))).toString();
}
