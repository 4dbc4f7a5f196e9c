import { InputError } from "../input-error.ts";

export interface PlatformChoice<Entry> {
  platform: string | null;
  entry: Entry;
}

/**
 * Picks one of the images of an index. Without a wish: the only one there is, else the one for Linux on this machine's
 * architecture, else the first for Linux. Throws InputError that names what there is.
 */
export function choosePlatform<Entry>(choices: PlatformChoice<Entry>[], wanted: string | null, name: string): Entry {
  const known = choices.map((choice) => choice.platform ?? "unknown").join(", ");
  if (choices.length === 0) throw new InputError(`${name} holds no image.`);
  if (wanted !== null) {
    const match =
      choices.find((choice) => matches(choice.platform, wanted)) ??
      choices.find((choice) => choices.length === 1 && choice.platform === null);
    if (match === undefined) throw new InputError(`${name} has no image for ${wanted}. It has: ${known}.`);
    return match.entry;
  }
  const own = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
  const best =
    choices.find((choice) => matches(choice.platform, own)) ??
    choices.find((choice) => choice.platform?.startsWith("linux/")) ??
    choices[0];
  if (best === undefined) throw new InputError(`${name} holds no image.`);
  return best.entry;
}

/** `linux/arm64` also takes `linux/arm64/v8`; a wish with a variant wants exactly that. */
function matches(platform: string | null, wanted: string): boolean {
  return platform !== null && (platform === wanted || platform.startsWith(`${wanted}/`));
}
