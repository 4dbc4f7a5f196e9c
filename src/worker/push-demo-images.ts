import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "#clock.ts";
import { type DemoPush, deletedPush, demoRounds } from "#demo/demo-estate.ts";
import { deleteImage, type PushTarget, pushImage } from "#demo/push-image.ts";
import { demoProgress } from "#store/demo.ts";

/** How long a round may take before the next one starts all the same. */
const ROUND_MS = 90_000;
/** After this the web process is taken to be away and the registry is compared instead. */
const PATIENCE_MS = 6000;

export interface DemoPushing {
  registryId: string;
  target: PushTarget;
  signal: AbortSignal;
  /** Compares the registry, for when no notification arrives. */
  compare: () => Promise<unknown>;
}

/**
 * Pushes the demo's images over HTTP, round by round: the next versions come when the last ones are scanned, so that each
 * shows what it introduced and fixed. Pushing again what is there changes nothing.
 */
export async function pushDemoImages(pushing: DemoPushing): Promise<void> {
  let isSilent = false;
  for (const round of demoRounds) {
    const expected = new Set<string>();
    for (const push of round) for (const name of await pushOne(pushing, push)) expected.add(name);
    isSilent = (await untilScanned(pushing, expected)) || isSilent;
  }
  const gone = demoRounds[deletedPush.round]?.find((push) => push.repository === deletedPush.repository);
  if (gone) await deleteImage(pushing.target, { repository: gone.repository, digest: gone.image().digest });
  if (isSilent) await pushing.compare();
}

async function pushOne({ target, signal }: DemoPushing, push: DemoPush): Promise<string[]> {
  const image = push.image();
  for (const tag of push.tags) {
    signal.throwIfAborted();
    await pushImage({ ...target, signal }, { repository: push.repository, tag }, image);
  }
  return push.tags.map((tag) => `${push.repository}:${tag}@${image.digest}`);
}

/** Waits until the registry's images are known and scanned. True when no notification came and it was compared instead. */
async function untilScanned(
  { registryId, signal, compare }: DemoPushing,
  expected: ReadonlySet<string>,
): Promise<boolean> {
  const started = clock.monotonicMs();
  let compared = false;
  while (clock.monotonicMs() - started < ROUND_MS) {
    const { tags, unfinished } = await demoProgress(registryId);
    const missing = [...expected].some((name) => !tags.has(name));
    if (!missing && unfinished === 0) return compared;
    if (missing && !compared && clock.monotonicMs() - started > PATIENCE_MS) {
      compared = true;
      await compare();
    }
    await sleep(150, undefined, { signal });
  }
  return compared;
}
