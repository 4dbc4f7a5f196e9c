import type { ViewSource } from "../data/view-key.ts";

const names = ["q", "state", "kind", "reason", "subject"];

/** Where the list of exemptions comes from; the same on server and browser. */
export function exemptionsView(
  params: Record<string, string | undefined>,
): ViewSource & { params: Record<string, string | undefined> } {
  return { view: "exemptions", params: Object.fromEntries(names.map((name) => [name, params[name]])) };
}
