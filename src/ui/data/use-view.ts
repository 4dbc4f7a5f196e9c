"use client";
import {
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { callApi } from "./problem.ts";
import { useLate } from "./use-late.ts";
import { type LiveTopic, useLive } from "./use-live.ts";
import { type ViewSource, viewKey, viewPath } from "./view-key.ts";

interface ViewOptions {
  /** Changes that make this view stale. */
  topics?: readonly LiveTopic[];
  /** Also refetch after this many ms, for progress that no topic announces. */
  refetchInterval?: number | false;
  enabled?: boolean;
}

/** How long the answer to the question before may stand as if it were the new one. */
const OUTDATED_AFTER_MS = 200;

/** What every view's query says beside its data. */
interface Outdated {
  /** The data answers another question than the address asks: its figures must not be read as the answer. */
  isOutdated: boolean;
}

/** One object or a bounded summary. The page prefetches it with `Prefetched`, so the first render has data. */
export function useView<Data>(source: ViewSource, options: ViewOptions = {}): UseQueryResult<Data> & Outdated {
  useLive(options.topics ?? [], viewKey(source).slice(0, 2));
  const query = useQuery<Data>({
    queryKey: viewKey(source),
    queryFn: ({ signal }) => callApi<Data>(viewPath(source), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: options.refetchInterval ?? false,
    enabled: options.enabled ?? true,
  });
  const isOutdated = useLate(query.isPlaceholderData, OUTDATED_AFTER_MS);
  return { ...query, isOutdated };
}

/** A page of a keyset list. */
export interface Page {
  nextCursor: string | null;
}

export interface Pages<Data> {
  pages: Data[];
  pageParams: (string | null)[];
}

/** A keyset list that loads page after page. */
export function useListView<Data extends Page>(
  source: ViewSource,
  options: ViewOptions = {},
): UseInfiniteQueryResult<Pages<Data>> & Outdated {
  useLive(options.topics ?? [], viewKey(source).slice(0, 2));
  const query = useInfiniteQuery<Data, Error, Pages<Data>, ReturnType<typeof viewKey>, string | null>({
    queryKey: viewKey(source),
    queryFn: ({ signal, pageParam }) => callApi<Data>(viewPath(source, pageParam), { signal }),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: options.refetchInterval ?? false,
    enabled: options.enabled ?? true,
  });
  const isOutdated = useLate(query.isPlaceholderData, OUTDATED_AFTER_MS);
  return { ...query, isOutdated };
}

/** The first page of a list while it answers what the address asks; for counts beside the list. */
export function currentPage<Data>(list: { data: Pages<Data> | undefined } & Outdated): Data | undefined {
  return list.isOutdated ? undefined : list.data?.pages[0];
}
