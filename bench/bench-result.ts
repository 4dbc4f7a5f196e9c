/** One measured figure. `ratio` makes it comparable between machines: ours divided by a yardstick taken in the same run. */
export interface BenchResult {
  /** What was measured, for example `scan debian-12`. With `metric` it names the row. */
  name: string;
  metric: string;
  value: number;
  unit: string;
  /** The yardstick of the same run: a peer on the same input, or the naive way. Smaller ratios are better. */
  against?: { name: string; value: number };
  /** The most that is acceptable, in `unit`, whatever the machine. */
  limit?: number;
  note?: string;
}

/** A file `bench/<name>.ts` exports `run`; `title` is shown above its table. */
export interface BenchModule {
  title: string;
  run(): Promise<BenchResult[]>;
}

/** Ours divided by the yardstick; undefined where there is none. */
export function ratioOf(result: BenchResult): number | undefined {
  return result.against && result.against.value > 0 ? result.value / result.against.value : undefined;
}
