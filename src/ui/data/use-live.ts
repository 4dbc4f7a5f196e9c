"use client";
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ChangeTopic } from "#domain/topic.ts";
import { liveStream } from "./live-stream.ts";

/** What a page can follow. */
export type LiveTopic = ChangeTopic;

const COALESCE_MS = 300;
const POLL_MS = 15_000;

/**
 * Refetches the queries below `key` when one of `topics` changes. Changes that come close together are one refetch; while
 * the stream is down the queries are polled instead.
 */
export function useLive(topics: readonly LiveTopic[], key: QueryKey): void {
  const client = useQueryClient();
  const wanted = topics.join(" ");
  const prefix = JSON.stringify(key);
  useEffect(() => {
    if (!wanted) return;
    const names = new Set<string>(wanted.split(" "));
    const stream = liveStream();
    let pending: ReturnType<typeof setTimeout> | undefined;
    const refetch = () => {
      pending ??= setTimeout(() => {
        pending = undefined;
        void client.invalidateQueries({ queryKey: JSON.parse(prefix) as QueryKey });
      }, COALESCE_MS);
    };
    const leave = stream.subscribe((changed) => {
      if (changed.some((topic) => names.has(topic))) refetch();
    });
    // What changed between the page's first answer and the stream's opening was told to nobody: asked for once.
    const leaveConnection = stream.onConnection(() => {
      if (stream.isConnected()) refetch();
    });
    const poll = setInterval(() => {
      if (!stream.isConnected() && document.visibilityState === "visible") refetch();
    }, POLL_MS);
    return () => {
      leave();
      leaveConnection();
      clearInterval(poll);
      clearTimeout(pending);
    };
  }, [client, wanted, prefix]);
}
