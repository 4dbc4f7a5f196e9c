import { InputError } from "../input-error.ts";

export interface PlatformChoice<Entry> {
  platform: string | null;
  entry: Entry;
}

/**
 * Picks one of the images of an index. Without a wish: the only one there is, else the one for Linux on this machine's
 * architecture, else the first for Linux. `absent` are platforms that the index names and that are not stored with it.
 * Throws InputError that names what there is.
 */
export function choosePlatform<Entry>(
  choices: PlatformChoice<Entry>[],
  wanted: string | null,
  { name, absent = [] }: { name: string; absent?: readonly (string | null)[] },
): Entry {
  const missing = absent.map((platform) => platform ?? "unknown");
  const notStored = missing.length === 0 ? "" : ` Not stored with it: ${missing.join(", ")}.`;
  if (choices.length === 0) throw new InputError(`${name} holds no image.${notStored}`);
  if (wanted !== null) {
    const match =
      choices.find((choice) => isPlatform(choice.platform, wanted)) ??
      choices.find((choice) => choices.length === 1 && choice.platform === null);
    if (match !== undefined) return match.entry;
    const known = choices.map((choice) => choice.platform ?? "unknown").join(", ");
    throw new InputError(`${name} has no image for ${wanted}. It has: ${known}.${notStored}`);
  }
  const own = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
  const best =
    choices.find((choice) => isPlatform(choice.platform, own)) ??
    choices.find((choice) => choice.platform?.startsWith("linux/")) ??
    choices[0];
  if (best === undefined) throw new InputError(`${name} holds no image.`);
  return best.entry;
}

/** `linux/arm64` also takes `linux/arm64/v8`; a wish with a variant wants exactly that, where `v8` of arm64 goes without saying. */
export function isPlatform(platform: string | null, wanted: string): boolean {
  if (platform === null) return false;
  const [has, asks] = [normal(platform), normal(wanted)];
  return has === asks || has.startsWith(`${asks}/`);
}

/** The names that Go uses: other tools say `x86_64` and `aarch64`. */
function normal(platform: string): string {
  const [os = "", architecture = "", variant = ""] = platform.toLowerCase().split("/");
  const known: Record<string, string> = { x86_64: "amd64", "x86-64": "amd64", aarch64: "arm64", i386: "386" };
  const name = known[architecture] ?? architecture;
  const isImplied = (name === "arm64" && /^v?8$/.test(variant)) || (name === "amd64" && variant === "v1");
  return [os, name, isImplied ? "" : variant].filter(Boolean).join("/");
}
