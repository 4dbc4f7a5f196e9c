"use client";
import { useEffect, useRef } from "react";
import { Icon } from "../icon.tsx";
import type { Column } from "./column.ts";
import styles from "./data-table.module.css";

/** What is selected, by row key. It survives paging and refetching. */
export interface Selection {
  keys: ReadonlySet<string>;
  toggle: (key: string) => void;
  setAll: (keys: string[], isSelected: boolean) => void;
}

export interface TableSort {
  /** Sort name of the URL that is in force. */
  current: string;
  direction: "ascending" | "descending";
  onSort: (name: string) => void;
}

interface HeadProps<Row> {
  columns: Column<Row>[];
  keys: string[];
  selection: Selection | undefined;
  sort: TableSort | undefined;
}

export function TableHead<Row>({ columns, keys, selection, sort }: HeadProps<Row>) {
  return (
    <thead>
      <tr>
        {selection && (
          <th scope="col" className={styles.check}>
            <SelectAll keys={keys} selection={selection} />
          </th>
        )}
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            data-align={column.align}
            data-leaves={column.leavesBelow}
            aria-sort={sort && column.sort === sort.current ? sort.direction : undefined}
          >
            <HeadCell column={column} sort={sort} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function HeadCell<Row>({ column, sort }: { column: Column<Row>; sort: TableSort | undefined }) {
  if (column.isHeadHidden) return <span className="bw-hidden">{column.label}</span>;
  if (!column.sort || !sort) return column.label;
  const name = column.sort;
  return (
    <button type="button" onClick={() => sort.onSort(name)}>
      {column.label}
      {name === sort.current && <Icon name={sort.direction === "descending" ? "chevronDown" : "chevronUp"} size={12} />}
    </button>
  );
}

function SelectAll({ keys, selection }: { keys: string[]; selection: Selection }) {
  const box = useRef<HTMLInputElement>(null);
  const chosen = keys.filter((key) => selection.keys.has(key)).length;
  const isAll = keys.length > 0 && chosen === keys.length;
  const isSome = chosen > 0 && !isAll;
  useEffect(() => {
    if (box.current) box.current.indeterminate = isSome;
  }, [isSome]);
  return (
    <label>
      <span className="bw-hidden">Select all shown rows</span>
      <input
        ref={box}
        type="checkbox"
        checked={isAll}
        disabled={keys.length === 0}
        onChange={(event) => selection.setAll(keys, event.currentTarget.checked)}
      />
      <Icon name={isSome ? "minus" : "check"} size={12} />
    </label>
  );
}
