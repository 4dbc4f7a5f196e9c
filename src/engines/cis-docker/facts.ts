import { z } from "zod";
import { ReportFrame } from "#domain/agent-protocol.ts";
import { element, lenient, section } from "../kit/section.ts";
import { ContainerInspect, ContainerSummary, Top } from "./container-inspect.ts";
import { Info, Network, Swarm, Version, Volumes } from "./engine-section.ts";
import { ExecObservations, Host } from "./host-section.ts";
import { HistoryEntry, ImageInspect, ImageScanFact, ImageSummary, RegistryTagFact } from "./image-inspect.ts";

export { type FailedSection, isFailed } from "../kit/section.ts";
export { ContainerInspect } from "./container-inspect.ts";
export { FileFact, type HostSection } from "./host-section.ts";
export { ImageScanFact, RegistryTagFact } from "./image-inspect.ts";

/**
 * The wire format of a Docker host: what the agent sends and what an evidence folder holds (interfaces.md §3). Only the
 * fields that controls read are named; everything else is dropped. Engines from 28.3 on leave out empty fields, so every
 * field may be absent.
 */
export const SCHEMA_VERSION = 1;

/** Answers as a list, or by id as some recordings keep them. */
const listOrRecord = <Shape extends z.ZodType>(shape: Shape) =>
  z.union([z.array(shape), z.record(z.string(), shape).transform((answers) => Object.values(answers))]);

export const HostEvidence = z.object({
  info: section(Info),
  version: section(Version),
  containersList: section(z.array(ContainerSummary)),
  containersInspect: section(listOrRecord(element(ContainerInspect))),
  containersTop: section(z.record(z.string(), element(Top))),
  imagesList: section(z.array(ImageSummary)),
  imagesInspect: section(z.union([z.array(element(ImageInspect)), z.record(z.string(), element(ImageInspect))])),
  imagesHistory: section(z.record(z.string(), element(z.array(HistoryEntry)))),
  networks: section(z.array(Network)),
  pluginsVolumes: section(Volumes),
  swarm: section(Swarm),
  host: section(Host),
  execObservations: lenient(ExecObservations),
  /** By image id (`sha256:…`) or manifest digest. */
  imageScans: lenient(z.record(z.string(), ImageScanFact)),
  /** By image reference as containers name it; absent = its registry is not connected. */
  registryTags: lenient(z.record(z.string(), RegistryTagFact)),
});
export type HostEvidence = z.infer<typeof HostEvidence>;

/** A report: what its agent says of itself around the evidence. */
export const HostReport = ReportFrame.extend({ schemaVersion: z.literal(SCHEMA_VERSION), evidence: HostEvidence });
export type HostReport = z.infer<typeof HostReport>;
