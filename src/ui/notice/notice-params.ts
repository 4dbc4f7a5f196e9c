import type { ViewSource } from "../data/view-key.ts";

/** Where the list of notices comes from; the same on server and browser. */
export function noticesView(params: Record<string, string | undefined>): ViewSource {
  const { unread, severity, kind, root } = params;
  return { view: "notices", params: { unread, severity, kind, root } };
}
