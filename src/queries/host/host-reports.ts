import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

export const HostReportsParams = z.object({ hostId: z.uuid() });
export const HostReportDiffParams = z.object({ hostId: z.uuid(), from: z.uuid(), to: z.uuid() });

const Change = z.object({
  ruleId: z.string(),
  title: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string(),
});
const Row = z.object({
  id: z.string(),
  sequence: z.bigint().transform(String),
  collectedAt: IsoColumn,
  receivedAt: IsoColumn,
  agentVersion: z.string(),
  sizeBytes: z.number(),
  state: z.string(),
  error: z.string().nullable(),
  hasBody: z.boolean(),
  changes: z.array(Change).nullable(),
});
export type HostReportRow = z.infer<typeof Row>;

/** The last 100 reports of a host, newest first, each with the controls whose status it changed. */
export async function hostReports(
  actor: Actor,
  input: z.input<typeof HostReportsParams>,
): Promise<{ rows: HostReportRow[] }> {
  requireRole(actor, "viewer");
  const { hostId } = HostReportsParams.parse(input);
  const rows = await selectRows(
    Row,
    sql`select r.id, r.sequence, r.collected_at as "collectedAt", r.received_at as "receivedAt", r.agent_version as "agentVersion",
          r.size_bytes as "sizeBytes", r.state, r.error, r.body_sha256 is not null as "hasBody",
          (select jsonb_agg(jsonb_build_object('ruleId', s.rule_id, 'title', u.title, 'from', s.from_status, 'to', s.to_status) order by s.rule_id)
             from status_history s left join rule u on u.id = s.rule_id
            where s.root_id = ${hostId} and s.cause_ref = r.id::text and s.from_status is not null) as changes
          from host_report r where r.host_id = ${hostId} order by r.received_at desc, r.id desc limit 100`,
  );
  return { rows };
}

export interface ReportDifference {
  path: string;
  before: string | null;
  after: string | null;
}

/** What differs between two reports of a host, value by value; at most 500 differences. Bodies of old reports are gone. */
export async function hostReportDiff(
  actor: Actor,
  input: z.input<typeof HostReportDiffParams>,
): Promise<{ differences: ReportDifference[]; isCut: boolean }> {
  requireRole(actor, "viewer");
  const { hostId, from, to } = HostReportDiffParams.parse(input);
  const [before, after] = await Promise.all([evidenceOf(hostId, from), evidenceOf(hostId, to)]);
  const differences = compare(before, after);
  return { differences: differences.slice(0, 500), isCut: differences.length > 500 };
}

async function evidenceOf(hostId: string, reportId: string): Promise<unknown> {
  const row = await selectFirst(
    z.object({ bytes: z.instanceof(Uint8Array) }),
    sql`select b.bytes from host_report r join blob b on b.sha256 = r.body_sha256 where r.host_id = ${hostId} and r.id = ${reportId}`,
  );
  if (!row) throw new AppError("gone", "The content of this report is no longer kept: the last ten of each host are.");
  const report: unknown = JSON.parse(gunzipSync(row.bytes).toString("utf8"));
  return typeof report === "object" && report !== null && "evidence" in report ? report.evidence : null;
}

/** Leaves of two values that differ. Lists of things with a name or an id are matched by it, so that an insertion is one difference. */
function compare(before: unknown, after: unknown, path = ""): ReportDifference[] {
  if (Object.is(before, after)) return [];
  if (isPlain(before) && isPlain(after)) {
    const [left, right] = [keyed(before), keyed(after)];
    return [...new Set([...left.keys(), ...right.keys()])]
      .sort()
      .flatMap((key) => compare(left.get(key), right.get(key), path ? `${path} › ${key}` : key));
  }
  if (before === undefined && isPlain(after)) return [{ path, before: null, after: nameOf(after) }];
  if (after === undefined && isPlain(before)) return [{ path, before: nameOf(before), after: null }];
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before: show(before), after: show(after) }];
}

const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null;

function keyed(value: object): Map<string, unknown> {
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((entry, index) => [nameKey(entry) ?? String(index), entry]));
}

function nameKey(entry: unknown): string | undefined {
  if (!isPlain(entry)) return undefined;
  for (const name of ["Name", "Id", "path", "pid"])
    if (name in entry) return String((entry as Record<string, unknown>)[name]);
  return undefined;
}

const nameOf = (value: object) => nameKey(value) ?? "present";
const show = (value: unknown) =>
  value === undefined || value === null
    ? null
    : typeof value === "string"
      ? value
      : JSON.stringify(value).slice(0, 500);
