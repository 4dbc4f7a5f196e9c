import { z } from "zod";
import { config } from "#config.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type AdvisoryReadiness, advisoryReadiness } from "./count/frame-summary.ts";

export interface WelcomeState {
  resources: number;
  hasDemo: boolean;
  /** A job that loads or removes the demo waits or runs. */
  isDemoChanging: boolean;
  /** Why the demo's last job gave up; null when it did not. */
  demoFault: string | null;
  advisories: AdvisoryReadiness;
  /** The public feeds are pulled by this installation. */
  areFeedsOn: boolean;
}

/** What the first page must know: whether anything is connected, and whether findings can be found at all. */
export async function welcomeState(actor: Actor): Promise<WelcomeState> {
  requireRole(actor, "viewer");
  const row = await selectFirst(
    z.object({ resources: z.number(), has_demo: z.boolean(), has_queue: z.boolean() }),
    sql`select (select count(*)::int from (select 1 from resource_summary limit 10000) r) as resources,
               exists (select 1 from resource_summary where is_demo) as has_demo,
               has_job_queue() as has_queue`,
  );
  return {
    resources: row?.resources ?? 0,
    hasDemo: row?.has_demo ?? false,
    ...(row?.has_queue ? await demoJob() : { isDemoChanging: false, demoFault: null }),
    advisories: await advisoryReadiness(),
    areFeedsOn: config().feedsEnabled,
  };
}

async function demoJob(): Promise<Pick<WelcomeState, "isDemoChanging" | "demoFault">> {
  const job = await selectFirst(
    z.object({ state: z.string(), reason: z.string().nullable() }),
    sql`select state, left(coalesce(output ->> 'message', output -> 'value' ->> 'message'), 300) as reason
          from job where name = 'load-demo'
         order by state in ('created', 'retry', 'active') desc, created_on desc limit 1`,
  );
  return {
    isDemoChanging: job !== undefined && ["created", "retry", "active"].includes(job.state),
    demoFault: job?.state === "failed" ? (job.reason ?? "its job failed without a reason") : null,
  };
}
