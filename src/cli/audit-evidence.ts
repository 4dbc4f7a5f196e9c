import { readFile } from "node:fs/promises";
import path from "node:path";
import { HostEvidence } from "#engines/cis-docker/facts.ts";

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
 * Reads an evidence folder (interfaces.md §3). A missing file is a section that nobody collected, which its controls say;
 * a file that is not JSON or has another shape than the engine's answer is refused, naming the place.
 */
export async function readEvidence(folder: string): Promise<HostEvidence> {
  const raw: Record<string, unknown> = {};
  for (const [name, section] of Object.entries(evidenceFiles)) {
    const text = await readFile(path.join(folder, `${name}.json`), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new EvidenceError(`${path.join(folder, `${name}.json`)} cannot be read: ${error.code}`);
    });
    if (text === undefined) continue;
    try {
      raw[section] = JSON.parse(text);
    } catch (error) {
      throw new EvidenceError(
        `${path.join(folder, `${name}.json`)} is not valid JSON: ${error instanceof Error ? error.message : ""}`,
      );
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
