import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type ViewSource, viewKey } from "#ui/data/view-key.ts";

interface Prefetch extends ViewSource {
  data: unknown;
  /** The view is a keyset list (`useListView`), so `data` is its first page. */
  list?: boolean;
}

/** Hands data that the server has read to the browser's views, under the keys they ask for. */
export function Prefetched({ views, children }: { views: Prefetch[]; children: ReactNode }) {
  const client = new QueryClient();
  for (const { data, list, ...source } of views) {
    client.setQueryData(viewKey(source), list ? { pages: [data], pageParams: [null] } : data);
  }
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
