"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

export type UrlParams = Record<string, string | undefined>;

export interface UrlState {
  /** The current value of a parameter, or undefined. */
  get(name: string): string | undefined;
  /** All parameters of the address. */
  params: Record<string, string>;
  /** Changes parameters in place; undefined or "" removes one. `push` makes Back return to the state before. */
  set(changes: UrlParams, options?: { push?: boolean }): void;
  /** The address after such a change, for links. */
  href(changes: UrlParams): string;
}

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
    (changes: UrlParams, options: { push?: boolean } = {}) => {
      // Next follows the history API: no trip to the server, the view's own query fetches what changed.
      if (options.push) window.history.pushState(null, "", href(changes));
      else window.history.replaceState(null, "", href(changes));
    },
    [href],
  );
  const params = useMemo(() => Object.fromEntries(new URLSearchParams(search)), [search]);
  return { get: (name) => params[name], params, set, href };
}
