import { z } from "zod";
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

export const HostReport = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** The id that the server gave at enrolment; a report that names another host than its token is refused. */
  hostId: z.uuid(),
  agentVersion: z.string().max(40),
  /** Grows by one with every report of one agent, so that late and repeated ones can be told. */
  sequence: z.number().int().nonnegative(),
  collectedAt: z.iso.datetime(),
  bootId: z.string().nullish(),
  machineIdHash: z.string().nullish(),
  hostname: z.string(),
  evidence: HostEvidence,
});
export type HostReport = z.infer<typeof HostReport>;

/** What an agent says between reports. `dropped` counts reports that its bounded spool had to give up. */
export const HostHeartbeat = z.object({
  hostId: z.uuid(),
  agentVersion: z.string().max(40),
  sequence: z.number().int().nonnegative(),
  at: z.iso.datetime(),
  spooled: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
});
export type HostHeartbeat = z.infer<typeof HostHeartbeat>;

/** One more daemon of a machine: its socket on the host, and the user it runs as; null for one of root's. */
export const HostDaemon = z.object({
  // A socket's address holds 107 bytes.
  socket: z.string().regex(/^\/[\x21-\x7e]{1,106}$/, "must be an absolute path of at most 107 visible characters"),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/, "must be a user's name or number")
    .nullable(),
});
export type HostDaemon = z.infer<typeof HostDaemon>;

/**
 * What an agent says of itself when it exchanges its enrolment token. With `daemon` it names one more daemon of its
 * machine, and proves itself by the token of the machine's first one.
 */
export const HostEnrolment = z.object({
  hostname: z.string().min(1).max(255),
  machineIdHash: z.string().max(128).nullish(),
  bootId: z.string().max(64).nullish(),
  agentVersion: z.string().max(40),
  daemon: HostDaemon.nullish(),
});
export type HostEnrolment = z.infer<typeof HostEnrolment>;

/** The server's answer to an enrolment. The token is shown once and kept by the agent. */
export const HostEnrolled = z.object({
  hostId: z.uuid(),
  token: z.string(),
  heartbeatSeconds: z.number(),
  reportSeconds: z.number(),
});
export type HostEnrolled = z.infer<typeof HostEnrolled>;
