import { InputError } from "../input-error.ts";
import type { PlatformChoice } from "./choose-platform.ts";

/** Something of an archive that is an image, or several for different platforms. */
export interface NamedImages<Entry> {
  digest: string;
  names: readonly string[];
  images: PlatformChoice<Entry>[];
}

export interface NameChoice {
  /** A name, a tag, or a digest; null = nobody said. */
  wanted: string | null;
  /** What the archive is called in messages. */
  name: string;
  /** Manifests that are named and not stored. */
  absent?: readonly { digest: string }[];
}

/**
 * Picks what a person named. Without a name: the only image there is, or several that are one image for different platforms.
 * Throws InputError that lists what can be chosen, by digest where something has no name.
 */
export function pickNamed<Entry>(candidates: NamedImages<Entry>[], choice: NameChoice): NamedImages<Entry> {
  const { wanted, name, absent = [] } = choice;
  const distinct = withoutRepeats(candidates);
  const [first] = distinct;
  if (first === undefined) {
    const lacks = absent[0] === undefined ? "holds no image" : `is incomplete: it lacks ${absent[0].digest}`;
    throw new InputError(`${name} ${lacks}.`);
  }
  const list = distinct.map((candidate) => candidate.names[0] ?? candidate.digest).join(", ");
  const chosen = wanted === null ? distinct : distinct.filter((candidate) => isCalled(candidate, wanted));
  if (chosen.length === 0) throw new InputError(`${name} holds no image called ${wanted}. It has: ${list}.`);
  const only = chosen.length === 1 ? chosen[0] : asOne(chosen);
  if (only !== null && only !== undefined) return only;
  throw new InputError(
    wanted === null
      ? `${name} holds several images. Choose one with --image: ${list}.`
      : `${name} holds several images called ${wanted}. Choose one with --image: ${chosen.map(({ digest }) => digest).join(", ")}.`,
  );
}

/** The same manifest under several names is one image. */
function withoutRepeats<Entry>(candidates: NamedImages<Entry>[]): NamedImages<Entry>[] {
  const byDigest = new Map<string, NamedImages<Entry>>();
  for (const candidate of candidates) {
    const known = byDigest.get(candidate.digest);
    const names = [...(known?.names ?? []), ...candidate.names];
    byDigest.set(candidate.digest, { ...candidate, names });
  }
  return [...byDigest.values()];
}

/** `app:1` also calls `docker.io/library/app:1`; `1` is the tag of either. */
function isCalled({ digest, names }: { digest: string; names: readonly string[] }, wanted: string): boolean {
  if (digest === wanted || digest.slice(digest.indexOf(":") + 1) === wanted) return true;
  return names.some((name) => name === wanted || name.endsWith(`/${wanted}`) || name.endsWith(`:${wanted}`));
}

/** Images that have the same name, or none, and different platforms; else null. */
function asOne<Entry>(candidates: NamedImages<Entry>[]): NamedImages<Entry> | null {
  const [first] = candidates;
  if (first === undefined) return null;
  const nameOf = ({ names }: NamedImages<Entry>) => names.join("\0");
  if (candidates.some((candidate) => nameOf(candidate) !== nameOf(first))) return null;
  const images = candidates.flatMap((candidate) => candidate.images);
  const platforms = new Set(images.map(({ platform }) => platform));
  return platforms.size === images.length && !platforms.has(null) ? { ...first, images } : null;
}
