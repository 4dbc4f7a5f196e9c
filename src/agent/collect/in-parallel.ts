/** How many files of /proc are read at the same time: each is short, waiting for one after the other is not. */
const PARALLEL = 16;

/** Calls `work` for every entry, a few at a time; answers in the order of the entries. */
export async function inParallel<Entry, Result>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...entries.entries()].reverse();
  const next = async (): Promise<void> => {
    for (let entry = waiting.pop(); entry; entry = waiting.pop()) results[entry[0]] = await work(entry[1]);
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
  return results;
}
