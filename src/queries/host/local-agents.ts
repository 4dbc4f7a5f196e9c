import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { type Statement, selectRows, sql } from "#store/sql.ts";

export const LocalAgentsParams = z.object({});

/** A launcher writes every 10 s; one that has been silent for longer is not there. */
const PRESENT_SECONDS = 60;

const Engine = z.object({
  socket: z.string(),
  kind: z.enum(["docker", "podman"]).nullable(),
  version: z.string().nullable(),
  /** Why it cannot be read, and what to do; null when it answers. */
  problem: z.string().nullable(),
});
const Host = z.object({ id: z.string(), name: z.string(), lastReportAt: z.string().nullable() });

const Machine = z.object({
  id: z.string(),
  hostname: z.string(),
  /** The account that Breakwater, and so the agent, runs as. */
  account: z.string(),
  isRoot: z.boolean(),
  engines: z.array(Engine).catch([]),
  /** The socket that the agent reads, while it runs. */
  socket: z.string().nullable(),
  state: z.enum(["absent", "available", "starting", "running", "stopping", "stopped", "failed"]).catch("failed"),
  problem: z.string().nullable(),
  /** Last trouble that the agent itself told of and has not overcome. */
  lastError: z.string().nullable(),
  restarts: z.number(),
  isWanted: z.boolean(),
  wantedBy: z.string().nullable(),
  wantedAt: IsoColumn.nullable(),
  host: Host.nullable(),
  /** A host that another agent of this same machine reports. */
  twin: Host.nullable(),
  seenAt: IsoColumn,
});
export type LocalMachine = z.infer<typeof Machine>;

export interface LocalAgents {
  /** Machines on which Breakwater's launcher runs now; usually one. */
  machines: LocalMachine[];
  /** Of when the figures are. */
  asOf: string;
}

/** The machines that Breakwater itself runs on: the engines found there and the agent that reads them. */
export async function localAgents(actor: Actor, _params: z.input<typeof LocalAgentsParams> = {}): Promise<LocalAgents> {
  requireRole(actor, "viewer");
  const host = (column: Statement) =>
    sql`(select json_build_object('id', h.id, 'name', h.name, 'lastReportAt', h.last_report_at) from host h
          where h.id = ${column} and h.removed_at is null)`;
  const machines = await selectRows(
    Machine,
    sql`select a.id, a.hostname, a.account, a.is_root as "isRoot", a.sockets as engines, a.socket, a.state, a.problem,
          a.last_error as "lastError", a.restarts, a.is_wanted as "isWanted", a.wanted_by as "wantedBy", a.wanted_at as "wantedAt",
          ${host(sql`a.host_id`)} as host, ${host(sql`a.twin_host_id`)} as twin, a.seen_at as "seenAt"
          from local_agent a where a.seen_at > now() - make_interval(secs => ${PRESENT_SECONDS}::int) order by a.hostname, a.id limit 50`,
  );
  return { machines, asOf: clock.now().toISOString() };
}
