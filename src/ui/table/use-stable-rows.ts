"use client";
import { useRef, useState } from "react";

/**
 * Keeps rows where they are while a pointer is over the list: a live update changes their values, new rows come last, and the
 * new order is taken when the pointer leaves. `scope` names filters and sort: under another one nothing is kept.
 */
export function useStableRows<Row>(rows: Row[] | undefined, rowKey: (row: Row) => string, scope: string) {
  const [isHeld, setHeld] = useState(false);
  const [kept, setKept] = useState<{ scope: string; keys: string[] } | null>(null);
  const latest = useRef<string[]>([]);
  latest.current = rows?.map(rowKey) ?? [];
  return {
    rows: rows && isHeld && kept?.scope === scope ? inOrder(rows, rowKey, kept.keys) : rows,
    onPointerEnter: () => {
      setKept({ scope, keys: latest.current });
      setHeld(true);
    },
    onPointerLeave: () => setHeld(false),
  };
}

/** Known rows in their old order, then the others in theirs. */
export function inOrder<Row>(rows: Row[], rowKey: (row: Row) => string, keys: string[]): Row[] {
  const place = new Map(keys.map((key, index) => [key, index]));
  const placeOf = (row: Row, index: number) => place.get(rowKey(row)) ?? keys.length + index;
  return rows
    .map((row, index) => ({ row, at: placeOf(row, index) }))
    .sort((left, right) => left.at - right.at)
    .map(({ row }) => row);
}
