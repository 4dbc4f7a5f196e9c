"use client";
import { type RefObject, useEffect, useRef } from "react";
import { isTyping, useSingleKeys } from "../shell/keyboard-help.tsx";

interface RowKeys {
  /** x on the focused row. */
  toggle?: ((key: string) => void) | undefined;
  /** The focus moved to this row; what is open beside or below the list moves along. */
  moved?: (key: string) => void;
}

/**
 * j and k move through the rows (`tr[data-row]`) of the table body, x selects the focused one; Enter is the row's own. The
 * row keeps the focus while its panel is open, so that a list can be worked through without leaving it.
 */
export function useRowKeys(keys: RowKeys): RefObject<HTMLTableSectionElement | null> {
  const body = useRef<HTMLTableSectionElement>(null);
  const latest = useRef(keys);
  latest.current = keys;
  const [areOn] = useSingleKeys();
  useEffect(() => {
    if (!areOn) return;
    const press = (event: KeyboardEvent) => {
      if (!isForRows(event)) return;
      if (event.key === "x") {
        const key = selectableKey(focusedRow(body.current));
        if (key) latest.current.toggle?.(key);
        return;
      }
      const step = steps[event.key];
      const key = step ? moveFocus(body.current, step)?.dataset.row : undefined;
      if (key !== undefined) latest.current.moved?.(key);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [areOn]);
  return body;
}

const steps: Record<string, 1 | -1> = { j: 1, k: -1 };

/** A checkbox of a row takes no letters, so keys pressed on it are the list's. */
function isForRows(event: KeyboardEvent): boolean {
  return !isTyping(event) || (event.target instanceof HTMLInputElement && event.target.type === "checkbox");
}

function focusedRow(body: HTMLElement | null): HTMLElement | null {
  const row = document.activeElement?.closest<HTMLElement>("tr[data-row]") ?? null;
  return row && body?.contains(row) ? row : null;
}

/** Key of a row that has a box. */
function selectableKey(row: HTMLElement | null): string | undefined {
  return row?.querySelector("input[type=checkbox]") ? row.dataset.row : undefined;
}

/** Moves on from the focused row, else from the open one; returns where the focus is now. */
function moveFocus(body: HTMLElement | null, step: 1 | -1): HTMLElement | undefined {
  const rows = [...(body?.querySelectorAll<HTMLElement>("tr[data-row]") ?? [])];
  const from = focusedRow(body) ?? rows.find((row) => row.dataset.active !== undefined);
  const at = from ? rows.indexOf(from) : -1;
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next;
}
