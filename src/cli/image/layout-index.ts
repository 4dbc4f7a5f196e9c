import { platformText } from "#connectors/registry/manifest.ts";
import { InputError } from "../input-error.ts";
import { isDigest } from "./content-digest.ts";
import { parseDocument, readDocument, type StoredFile } from "./stored-file.ts";

/** Where the parts of an OCI layout lie: a folder, or members of a tar. */
export interface LayoutFiles {
  name: string;
  /** The file at a path of the layout; null when there is none. */
  find(path: string): StoredFile | null;
}

/** One entry of a layout's index.json. */
export interface LayoutReference {
  digest: string;
  platform: string | null;
  /** What people call it: the full name that containerd keeps, the tag or name of the image spec. */
  names: string[];
}

/** Reads the index.json of an OCI layout. Throws InputError. */
export async function readLayoutIndex(layout: LayoutFiles): Promise<LayoutReference[]> {
  const top = layout.find("index.json");
  if (top === null) throw new InputError(`${layout.name} is not an OCI layout: it has no index.json.`);
  const document = parseDocument(await readDocument(top), `index.json of ${layout.name}`);
  const entries = isObject(document) && Array.isArray(document.manifests) ? document.manifests : null;
  if (entries === null) throw new InputError(`index.json of ${layout.name} lists no manifests.`);
  return entries.filter(isObject).map((entry) => toReference(entry, layout.name));
}

function toReference(entry: Record<string, unknown>, name: string): LayoutReference {
  const { digest, platform, annotations } = entry;
  if (typeof digest !== "string" || !isDigest(digest))
    throw new InputError(`index.json of ${name} names a manifest without a sha256 or sha512 digest.`);
  const texts = isObject(annotations) ? annotations : {};
  const names = [texts["io.containerd.image.name"], texts["org.opencontainers.image.ref.name"]];
  return {
    digest,
    platform: isObject(platform) ? platformOf(platform) : null,
    names: names.filter((text) => typeof text === "string" && text !== "").map(String),
  };
}

function platformOf(platform: Record<string, unknown>): string | null {
  const text = (key: string) => (typeof platform[key] === "string" ? (platform[key] as string) : "");
  return platformText({ os: text("os"), architecture: text("architecture"), variant: text("variant") || undefined });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
