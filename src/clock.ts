/** The one place that reads the time of day. Everything else takes `now` as an argument or calls these. */
export const clock = {
  now: (): Date => new Date(),
  /** Milliseconds from an arbitrary start, for durations only. */
  monotonicMs: (): number => performance.now(),
};
