import { z } from "zod";

const Attestation = z.object({
  by: z.string(),
  at: z.iso.datetime(),
  note: z.string().default(""),
  confirmed: z.boolean().default(true),
});
export type Attestation = z.infer<typeof Attestation>;

/** What a site expects of its hosts. Every value has the default of the benchmark, so `Policy.parse({})` is the benchmark. */
export const Policy = z.object({
  /** Users who may control the daemon (1.1.2). */
  trustedUsers: z.array(z.string()).default([]),
  requireRootless: z.boolean().default(false),
  maximumOpenFiles: z.number().default(1_048_576),
  allowedCgroupParents: z.array(z.string()).default([]),
  remoteLogDrivers: z
    .array(z.string())
    .default(["syslog", "gelf", "fluentd", "awslogs", "gcplogs", "splunk", "logentries", "etwlogs"]),
  allowedRegistries: z.array(z.string()).default([]),
  deniedRegistries: z.array(z.string()).default([]),
  unnecessaryPackages: z
    .array(z.string())
    .default([
      "gcc",
      "make",
      "curl",
      "wget",
      "netcat-openbsd",
      "netcat-traditional",
      "nmap",
      "openssh-server",
      "sudo",
      "telnet",
    ]),
  allowedSetuidFiles: z.array(z.string()).default([]),
  scanMaximumAgeDays: z.number().default(7),
  requireSignatures: z.boolean().default(false),
  enforcedSignatures: z.boolean().default(false),
  swarmExpected: z.boolean().default(false),
  /** Also fails containers that keep NET_RAW (5.4). */
  strictCapabilities: z.boolean().default(false),
  allowedCapabilities: z.array(z.string()).default([]),
  allowedMounts: z.array(z.string()).default([]),
  allowedPrivilegedPorts: z.array(z.number()).default([]),
  /** Ports a site expects to be published, as host port numbers (5.9). */
  expectedPorts: z.array(z.number()).default([]),
  execWindowDays: z.number().default(7),
  tagMovedDays: z.number().default(30),
  maximumUnusedImages: z.number().default(10),
  maximumDanglingImages: z.number().default(5),
  unusedAfterDays: z.number().default(30),
  maximumStoppedContainers: z.number().default(25),
  nodeCertificateMaximumDays: z.number().default(90),
  rootCertificateMaximumYears: z.number().default(5),
  attestationValidDays: z.number().default(365),
  /** What people confirmed, by rule id. */
  attestations: z.record(z.string(), Attestation).default({}),
});
export type Policy = z.infer<typeof Policy>;
