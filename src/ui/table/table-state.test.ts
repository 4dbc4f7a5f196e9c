import { describe, expect, it, vi } from "vitest";
import { ProblemError } from "../data/problem.ts";
import { tableState } from "./table-state.ts";

const query = { isPending: false, error: null, refetch: vi.fn() };
const failed = new ProblemError({
  status: 503,
  title: "Not available",
  detail: "The database did not answer.",
  reference: "7f2a",
  errors: [],
});

describe("state of a table", () => {
  it.each([
    ["nothing read yet", query, undefined, false, "loading"],
    ["nothing read and it failed", { ...query, error: failed }, undefined, false, "error"],
    ["no rows at all", query, [], false, "empty"],
    ["no rows under filters", query, [], true, "filteredEmpty"],
    ["rows", query, [1], true, "ready"],
    ["rows whose refresh failed", { ...query, error: failed }, [1], false, "stale"],
    ["an empty list whose refresh failed is not called empty", { ...query, error: failed }, [], false, "stale"],
  ] as const)("%s", (_, given, rows, isFiltered, want) => {
    expect(tableState(given, rows ? [...rows] : undefined, isFiltered).kind).toBe(want);
  });

  it("keeps the server's words and reference in an error", () => {
    const state = tableState({ ...query, error: failed }, undefined, false);
    expect(state).toMatchObject({ problem: { detail: "The database did not answer.", reference: "7f2a" } });
  });

  it.each<[string, number[], object]>([
    [
      "rows that answer other filters are marked and offer no more",
      [1],
      { kind: "ready", isOutdated: true, more: null },
    ],
    ["no rows under other filters are no answer", [], { kind: "loading" }],
  ])("%s", (_, rows, want) => {
    expect(tableState({ ...query, hasNextPage: true, isOutdated: true }, rows, true)).toMatchObject(want);
  });

  it("offers more only while there is a next page", () => {
    const fetchNextPage = vi.fn();
    const state = tableState({ ...query, hasNextPage: true, fetchNextPage }, [1], false);
    if (state.kind !== "ready") throw new Error("not ready");
    state.more?.load();
    expect(fetchNextPage).toHaveBeenCalledOnce();
    expect(tableState({ ...query, hasNextPage: false }, [1], false)).toMatchObject({ more: null });
  });
});
