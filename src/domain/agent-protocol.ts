import { z } from "zod";

/** What frames the evidence of every report, whatever kind of host sends it. */
export const ReportFrame = z.object({
  /** The id that the server gave at enrolment; a report that names another host than its token is refused. */
  hostId: z.uuid(),
  agentVersion: z.string().max(40),
  /** Grows by one with every report of one agent, so that late and repeated ones can be told. */
  sequence: z.number().int().nonnegative(),
  collectedAt: z.iso.datetime(),
  bootId: z.string().nullish(),
  machineIdHash: z.string().nullish(),
  hostname: z.string(),
});

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
