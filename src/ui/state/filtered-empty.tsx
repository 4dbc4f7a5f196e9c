"use client";
import { Button } from "@mantine/core";
import { formatBounded, plural } from "../text/format-number.ts";
import { EmptyState } from "./empty-state.tsx";

interface FilteredEmptyProps {
  /** One and many: `["resource", "resources"]`. */
  noun: [one: string, many: string];
  filters: number;
  /** How many there are without the filters; null is not known. */
  hidden: number | null;
  clear: () => void;
}

/** "No resource matches 3 filters. 55 resources are hidden by them." */
export function FilteredEmpty({ noun, filters, hidden, clear }: FilteredEmptyProps) {
  return (
    <EmptyState
      title={`No ${noun[0]} matches ${plural(filters, "filter")}`}
      action={<Button onClick={clear}>{filters === 1 ? "Clear the filter" : "Clear filters"}</Button>}
    >
      {hidden !== null &&
        `${formatBounded(hidden)} ${hidden === 1 ? `${noun[0]} is` : `${noun[1]} are`} hidden by ${filters === 1 ? "it" : "them"}.`}
    </EmptyState>
  );
}
