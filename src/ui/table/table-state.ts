import { type Problem, toProblem } from "../data/problem.ts";

/**
 * All a table can be. Every view decides for one of these, and the exhaustiveness check of `DataTable` makes a new state a
 * compile error until it is drawn. `stale` = rows are shown but the last refresh failed. `isOutdated` = the rows answer the
 * filters before, those of the new ones are on their way.
 */
export type TableState<Row> =
  | { kind: "loading" }
  | { kind: "error"; problem: Problem; retry: () => void }
  | { kind: "empty" }
  | { kind: "filteredEmpty" }
  | { kind: "ready"; rows: Row[]; more: More | null; isOutdated?: boolean }
  | { kind: "stale"; rows: Row[]; more: More | null; problem: Problem; retry: () => void };

/** Further pages of a keyset list. */
export interface More {
  isLoading: boolean;
  load: () => void;
}

interface ListQuery {
  isPending: boolean;
  error: Error | null;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
  isOutdated?: boolean;
}

/** The state of a table from its query: `rows` undefined = nothing has been read yet. */
export function tableState<Row>(query: ListQuery, rows: Row[] | undefined, isFiltered: boolean): TableState<Row> {
  const retry = () => void query.refetch();
  if (!rows) return query.error ? { kind: "error", problem: toProblem(query.error), retry } : { kind: "loading" };
  const isOutdated = query.isOutdated ?? false;
  if (rows.length === 0 && isOutdated) return { kind: "loading" };
  if (rows.length === 0 && !query.error) return { kind: isFiltered ? "filteredEmpty" : "empty" };
  const more =
    query.hasNextPage && !isOutdated
      ? { isLoading: query.isFetchingNextPage ?? false, load: () => void query.fetchNextPage?.() }
      : null;
  if (query.error) return { kind: "stale", rows, more, problem: toProblem(query.error), retry };
  return { kind: "ready", rows, more, isOutdated };
}
