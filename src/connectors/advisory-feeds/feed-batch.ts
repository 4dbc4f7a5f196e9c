import type { AdvisoryRecord, ExploitedRecord, ExploitProbability, LifecycleRecord } from "#domain/advisory-record.ts";

/** A handful of what a feed holds, so that readers and writers take turns and memory stays flat. */
export interface FeedBatch {
  advisories: AdvisoryRecord[];
  exploited: ExploitedRecord[];
  probabilities: ExploitProbability[];
  lifecycles: LifecycleRecord[];
  /** Newest date that the data themselves state, or null. */
  dataDate: string | null;
}

/** A batch with the given parts, the rest empty. */
export function feedBatch(parts: Partial<FeedBatch>): FeedBatch {
  return { advisories: [], exploited: [], probabilities: [], lifecycles: [], dataDate: null, ...parts };
}

/** A batch of advisories with the newest modification date among them. */
export function advisoryBatch(advisories: AdvisoryRecord[]): FeedBatch {
  let dataDate: string | null = null;
  for (const { modifiedAt } of advisories) {
    if (modifiedAt !== null && (dataDate === null || modifiedAt > dataDate)) dataDate = modifiedAt;
  }
  return feedBatch({ advisories, dataDate });
}
