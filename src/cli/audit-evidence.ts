import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { HostEvidence, isFailed } from "#engines/cis-docker/facts.ts";

/** Sections of an evidence folder: file name without ending, and the name in the wire format. */
export const evidenceFiles: Record<string, keyof HostEvidence> = {
  info: "info",
  version: "version",
  "containers-list": "containersList",
  "containers-inspect": "containersInspect",
  "containers-top": "containersTop",
  "images-list": "imagesList",
  "images-inspect": "imagesInspect",
  "images-history": "imagesHistory",
  networks: "networks",
  "plugins-volumes": "pluginsVolumes",
  swarm: "swarm",
  host: "host",
  "exec-observations": "execObservations",
  "image-scans": "imageScans",
};

/** A folder that cannot be used, with one line that says why. */
export class EvidenceError extends Error {}

/**
 * Reads an evidence folder (interfaces.md §3). A missing file is a section that nobody collected, which its controls say; so
 * is one of another form than the engine's answer (see `sectionProblems`). A file that is not JSON is refused.
 */
export async function readEvidence(folder: string): Promise<HostEvidence> {
  const raw: Record<string, unknown> = {};
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new EvidenceError(`${folder} cannot be read: ${error.code}`);
  });
  for (const [name, section] of Object.entries(evidenceFiles)) {
    const found =
      names.find((file) => file === `${name}.json`) ?? names.find((file) => spelling(file) === spelling(name));
    if (found === undefined) continue;
    const file = path.join(folder, found);
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw new EvidenceError(`${file} cannot be read: ${error.code}`);
    });
    try {
      raw[section] = JSON.parse(decode(bytes));
    } catch (error) {
      throw new EvidenceError(`${file} is not valid JSON: ${error instanceof Error ? error.message : ""}`);
    }
  }
  if (Object.keys(raw).length === 0) {
    throw new EvidenceError(
      `${folder} holds no evidence: none of ${Object.keys(evidenceFiles).slice(0, 4).join(".json, ")}.json … was found in it`,
    );
  }
  const parsed = HostEvidence.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new EvidenceError(`${folder}: ${issue?.path.join(".")} has an unexpected form: ${issue?.message}`);
}

/** A name without what people write in different ways: `containersInspect.JSON` is `containers-inspect.json`. */
function spelling(name: string): string {
  return name
    .replace(/\.json$/i, "")
    .replace(/[-_ ]/g, "")
    .toLowerCase();
}

/** Text of a file; shells of Windows write UTF-16 or a mark in front of UTF-8. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
}

/** One line for each section that has another form than an engine's answer; its controls are unknown. */
export function sectionProblems(evidence: HostEvidence): string[] {
  return Object.entries(evidenceFiles).flatMap(([name, section]) => {
    const value = evidence[section];
    return isFailed(value) && value.error.code === "form" ? [`${name}: ${value.error.message}`] : [];
  });
}
