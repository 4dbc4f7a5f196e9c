import { announceNavigation } from "#ui/shell/navigation-signal.ts";

/** Next calls this in the browser when a navigation begins, long before the next page has arrived. */
export function onRouterTransitionStart(url: string): void {
  announceNavigation(url);
}
