import { z } from "zod";
import { Severity } from "#domain/severity.ts";
import { count, map, text, texts } from "../kit/section.ts";
import { Health } from "./container-inspect.ts";

export const ImageSummary = z.object({
  Id: z.string(),
  ParentId: text,
  RepoTags: texts,
  RepoDigests: texts,
  Created: count,
  Size: count,
  Containers: count,
  Labels: map,
});
export const ImageInspect = z.object({
  Id: z.string(),
  RepoTags: texts,
  RepoDigests: texts,
  Created: text,
  Architecture: text,
  Os: text,
  Size: count,
  Config: z.object({ User: text, Env: texts, Healthcheck: Health, Labels: map }).nullish(),
});
export const HistoryEntry = z.object({
  CreatedBy: text,
  Comment: text,
  Created: count,
  Size: count,
  Tags: texts,
  Id: text,
});
/** What our own image scan knows of an image, added by the server or the command line; absent = never scanned. */
export const ImageScanFact = z.object({
  scannedAt: z.iso.datetime(),
  fixable: z.partialRecord(Severity, z.number()),
  packages: z.array(z.string()),
  /** Paths without a leading slash; null = not looked at. */
  setuidFiles: z.array(z.string()).nullish(),
  /** How many there are, when not all are named. */
  setuidCount: count,
  secretFiles: z.array(z.string()).nullish(),
  signature: z.enum(["verified", "failed", "none"]).nullish(),
  assessed: z.boolean(),
});
export type ImageScanFact = z.infer<typeof ImageScanFact>;
/** What a tag of a connected registry points to now, added by the server. */
export const RegistryTagFact = z.object({
  /** Of the manifest, of the images of an index, and of their configurations. */
  digests: z.array(z.string()).min(1),
  /** When the tag was moved to it; null = not known. */
  movedAt: z.iso.datetime().nullish(),
  /** When the registry was last listed. */
  asOf: z.iso.datetime(),
});
export type RegistryTagFact = z.infer<typeof RegistryTagFact>;
