"use client";
import { useCallback, useSyncExternalStore } from "react";

const EVENT = "breakwater-preference";

/** A choice of this browser (density, single keys), kept in local storage. The server renders the fallback. */
export function usePreference<Value extends string>(
  name: string,
  allowed: readonly Value[],
  fallback: Value,
): [Value, (value: Value) => void] {
  const key = `breakwater-${name}`;
  const value = useSyncExternalStore(
    subscribe,
    () => allowed.find((entry) => entry === read(key)) ?? fallback,
    () => fallback,
  );
  const set = useCallback(
    (next: Value) => {
      try {
        window.localStorage.setItem(key, next);
      } catch {
        // Storage may be forbidden; the choice then lasts until the page is left.
      }
      window.dispatchEvent(new Event(EVENT));
    },
    [key],
  );
  return [value, set];
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(EVENT, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(EVENT, listener);
    window.removeEventListener("storage", listener);
  };
}

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}
