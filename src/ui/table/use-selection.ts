"use client";
import { useMemo, useState } from "react";
import type { Selection } from "./table-head.tsx";

/** Selected rows of one list, by key; `clear` empties it. */
export function useSelection(): Selection & { clear: () => void } {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      keys,
      toggle: (key) =>
        setKeys((current) => {
          const next = new Set(current);
          if (!next.delete(key)) next.add(key);
          return next;
        }),
      setAll: (all, isSelected) =>
        setKeys((current) => {
          const next = new Set(current);
          for (const key of all) {
            if (isSelected) next.add(key);
            else next.delete(key);
          }
          return next;
        }),
      clear: () => setKeys(new Set()),
    }),
    [keys],
  );
}
