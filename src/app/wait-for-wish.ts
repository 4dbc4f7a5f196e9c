import type { HostListener, HostWish } from "#ingest/host-requests.ts";
import { followChanges } from "#queries/live-changes.ts";

/** Shorter than what proxies give a silent connection. */
const HOLD_MS = 25_000;

// Next loads a module once per route bundle; the process keeps one list. One open question per host: a newer one ends it.
const holder = globalThis as typeof globalThis & { breakwaterHostListeners?: Map<string, () => void> };

/** Waits for a wish without asking the database: the one reader of changes of this process tells when to look. */
export async function waitForWish(listener: HostListener, signal: AbortSignal): Promise<HostWish> {
  holder.breakwaterHostListeners ??= new Map();
  const open = holder.breakwaterHostListeners;
  open.get(listener.hostId)?.();
  let wake = () => {};
  let isOver = false;
  const end = () => {
    isOver = true;
    wake();
  };
  open.set(listener.hostId, end);
  let isDue = true;
  const unfollow = await followChanges(({ topics }) => {
    if (!topics.includes(listener.topic)) return;
    isDue = true;
    wake();
  });
  const timer = setTimeout(end, HOLD_MS);
  signal.addEventListener("abort", end, { once: true });
  try {
    while (!isOver && !signal.aborted) {
      if (isDue) {
        isDue = false;
        const wish = await listener.look();
        if (wish) return wish;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (isDue || isOver) resolve();
      });
    }
    return { reportNow: false, rotateToken: false };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    unfollow();
    if (open.get(listener.hostId) === end) open.delete(listener.hostId);
  }
}
