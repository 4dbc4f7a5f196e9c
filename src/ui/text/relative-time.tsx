"use client";
import { useEffect, useState } from "react";
import { formatAge } from "./format-number.ts";

/**
 * "4 min" with the instant and its zone in the title. `ago` adds the word. Rendered from the server's age first, so that
 * server and browser agree, then kept current. Null is not known: "–".
 */
export function RelativeTime({ at, now, ago = false }: { at: string | null; now?: string; ago?: boolean }) {
  const time = useNow(now);
  if (at === null) return <>–</>;
  const age = time - Date.parse(at);
  const text = formatAge(Math.max(0, age));
  return (
    <time dateTime={at} title={formatInstant(at)} suppressHydrationWarning>
      {ago && text !== "now" ? `${text} ago` : text}
    </time>
  );
}

/** The current time in ms, refreshed every half minute; `first` (ISO) is what server and browser both start from. */
export function useNow(first?: string): number {
  const [time, setTime] = useState(() => (first ? Date.parse(first) : Date.now()));
  useEffect(() => {
    setTime(Date.now());
    const timer = setInterval(() => setTime(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return time;
}

/** "2026-11-23 06:00:07Z": an instant in UTC, the same on server and browser. */
export function formatInstant(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}Z`;
}

/** "2026-11-23 06:00Z", for lines where seconds are noise. */
export function formatMinute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}Z`;
}
