"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

export type UrlParams = Record<string, string | undefined>;

interface SetOptions {
  replace?: boolean;
  back?: boolean;
}

export interface UrlState {
  /** The current value of a parameter, or undefined. */
  get(name: string): string | undefined;
  /** All parameters of the address. */
  params: Record<string, string>;
  /**
   * Changes parameters; undefined or "" removes one. Back returns to the state before, so that it never leaves a list that
   * was only filtered. `replace` is for steps that nobody wants to go back through, such as moving along open rows. `back`
   * closes something: when it was opened from the very state that is left, it is Back itself and no further entry.
   */
  set(changes: UrlParams, options?: SetOptions): void;
  /** The address after such a change, for links. */
  href(changes: UrlParams): string;
}

/** Parameters that people type: further letters replace the history entry that the first one made. */
const typedNames: ReadonlySet<string> = new Set(["q", "actor", "target"]);

/** The address is the state: filters, sort, tab and open panel live in its query string, so every view can be shared. */
export function useUrlState(): UrlState {
  const pathname = usePathname();
  const search = useSearchParams().toString();
  const href = useCallback(
    (changes: UrlParams) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      const text = next.toString();
      return text ? `${pathname}?${text}` : pathname;
    },
    [pathname, search],
  );
  const set = useCallback(
    (changes: UrlParams, options: SetOptions = {}) => {
      const address = href(changes);
      const current = `${pathname}${search ? `?${search}` : ""}`;
      if (address === current) return;
      const cameFrom = entryBefore();
      if (options.back && cameFrom === address) {
        window.history.back();
        return;
      }
      const before = new URLSearchParams(search);
      const isTypedOn = Object.keys(changes).every((name) => typedNames.has(name) && before.has(name));
      // Next follows the history API: no trip to the server, the view's own query fetches what changed.
      if (options.replace || isTypedOn) window.history.replaceState({ [beforeKey]: cameFrom }, "", address);
      else window.history.pushState({ [beforeKey]: current }, "", address);
    },
    [href, pathname, search],
  );
  const params = useMemo(() => Object.fromEntries(new URLSearchParams(search)), [search]);
  return { get: (name) => params[name], params, set, href };
}

const beforeKey = "breakwaterBefore";

/** The address of the history entry that the current one was pushed on; undefined when it came otherwise. */
function entryBefore(): unknown {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && beforeKey in state ? state[beforeKey] : undefined;
}
