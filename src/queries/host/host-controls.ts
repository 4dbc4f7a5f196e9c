import { z } from "zod";
import { AssessmentStatus, assessmentStatuses } from "#domain/assessment.ts";
import { compareControls } from "#domain/compare-controls.ts";
import { Diagnostic, Evidence } from "#domain/evidence.ts";
import { ExemptionReason } from "#domain/exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { RuleReference } from "#domain/rule.ts";
import { Severity, severityRank } from "#domain/severity.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { ChoiceParam, ListParam, OptionalText } from "#queries/list/search-params.ts";
import { selectRows, sql } from "#store/sql.ts";

export const hostBenchmarks = ["1.8.0", "1.2.0"] as const;
/** A verdict, or `exempt` where a person decided that the control does not have to be met. */
export const controlStatuses = [...assessmentStatuses, "exempt"] as const;
export const HostControlsParams = z.object({
  hostId: z.uuid(),
  benchmark: ChoiceParam(hostBenchmarks, "1.8.0"),
  /** A section's number; `auto` is the section of `control`, else the first with something unhealthy. None is all. */
  section: OptionalText,
  control: OptionalText,
  status: ListParam(controlStatuses),
});

const FindingRow = z.object({
  assessmentId: z.string(),
  title: z.string(),
  severity: Severity,
  status: AssessmentStatus,
  remediation: z.string().nullable(),
  evidence: z.array(Evidence),
  isExempt: z.boolean(),
});
const Exemption = z.object({
  id: z.string(),
  /** Null = every host. */
  hostId: z.string().nullable(),
  item: z.string().nullable(),
  reason: ExemptionReason,
  note: z.string(),
  by: z.string(),
  at: IsoColumn,
  until: IsoColumn.nullable(),
});
export type HostControlExemption = z.infer<typeof Exemption>;
const Row = z.object({
  id: z.string(),
  ruleId: z.string(),
  title: z.string(),
  rationale: z.string(),
  logic: z.string(),
  references: z.array(RuleReference),
  /** What the evidence says. */
  verdict: AssessmentStatus,
  /** What counts. */
  status: z.enum(controlStatuses),
  severity: Severity,
  reason: z.string().nullable(),
  evidence: z.array(Evidence),
  diagnostics: z.array(Diagnostic),
  findingCount: z.number(),
  exemptCount: z.number(),
  statusSince: IsoColumn,
  assessedAt: IsoColumn,
  confirmedBy: z.string().nullable(),
  confirmedAt: IsoColumn.nullable(),
  confirmedNote: z.string().nullable(),
  otherHosts: z.number(),
});

export type HostControl = Omit<z.infer<typeof Row>, "references"> & {
  control: string;
  level: string | null;
  section: string;
  references: z.infer<typeof RuleReference>[];
  /** The first 100 failing or unconfirmed items. */
  findings: Omit<z.infer<typeof FindingRow>, "assessmentId">[];
  /** Exemptions in force of this control on this host, the widest first. */
  exemptions: HostControlExemption[];
};
export interface HostSection {
  section: string;
  counts: Record<(typeof controlStatuses)[number], number>;
  total: number;
}
export interface HostControls {
  benchmark: (typeof hostBenchmarks)[number];
  /** The section that `controls` is limited to; null is none. */
  section: string | null;
  sections: HostSection[];
  controls: HostControl[];
}

/**
 * Every control of a benchmark as it stands on a host, in the benchmark's numbering; `sections` counts all of them whatever
 * is filtered. A host has at most 118, so they are not paged; items of one control are capped at 100.
 */
export async function hostControls(actor: Actor, input: z.input<typeof HostControlsParams>): Promise<HostControls> {
  requireRole(actor, "viewer");
  const { hostId, benchmark, section: wanted, control: wantedRule, status } = HostControlsParams.parse(input);
  const rows = await selectRows(
    Row,
    sql`select encode(a.id, 'hex') as id, a.rule_id as "ruleId", r.title, r.rationale, r.logic, r.refs as "references", a.verdict, a.status, a.severity, a.reason,
          a.evidence, a.diagnostics, a.finding_count as "findingCount", a.exempt_count as "exemptCount", a.status_since as "statusSince", a.assessed_at as "assessedAt",
          t.by_name as "confirmedBy", t.at as "confirmedAt", t.note as "confirmedNote",
          (select count(*)::int from effective_assessment o
            where o.rule_id = a.rule_id and o.status = 'unhealthy' and o.root_id <> a.root_id) as "otherHosts"
          from effective_assessment a join rule r on r.id = a.rule_id left join confirmation t on t.root_id = a.root_id and t.rule_id = a.rule_id and t.resource_id = a.resource_id
         where a.root_id = ${hostId} and a.resource_kind = 'host' and a.resource_id = ${hostId}::text`,
  );
  const all = rows.flatMap((row): HostControl[] => {
    const reference = row.references.find((entry) => entry.framework === `CIS Docker ${benchmark}`);
    if (!reference) return [];
    return [
      {
        ...row,
        reason: isConfirmed(row) ? confirmedReason(row) : row.reason,
        control: reference.control,
        level: reference.level ?? null,
        section: reference.control.split(".")[0] ?? "",
        findings: [],
        exemptions: [],
      },
    ];
  });
  const sections = sectionsOf(all);
  // A status without a section asks for all controls in that state: a figure leads to exactly the rows that it counts.
  const isOverAll = wanted === "auto" && status.length > 0;
  const section = isOverAll ? null : wanted === "auto" ? chosenSection(all, sections, wantedRule) : (wanted ?? null);
  const shown = all
    .filter(
      (control) =>
        (section === null || control.section === section) &&
        (status.length === 0 || status.includes(control.status) || control.ruleId === wantedRule),
    )
    .sort(
      (left, right) =>
        (isOverAll ? severityRank[right.severity] - severityRank[left.severity] : 0) ||
        compareControls(left.control, right.control),
    );
  const [findings, exemptions] = await Promise.all([
    findingsOf(
      hostId,
      shown.map((control) => control.id),
    ),
    exemptionsOf(
      hostId,
      shown.map((control) => control.ruleId),
    ),
  ]);
  return {
    benchmark,
    section,
    sections,
    controls: shown.map((control) => ({
      ...control,
      // What a person was asked to look at is answered.
      findings: isConfirmed(control) ? [] : (findings.get(control.id) ?? []),
      exemptions: exemptions.get(control.ruleId) ?? [],
    })),
  };
}

const isConfirmed = ({ verdict, status }: Pick<HostControl, "verdict" | "status">) =>
  verdict === "manual" && status === "healthy";

function confirmedReason({ confirmedBy, confirmedAt }: Pick<HostControl, "confirmedBy" | "confirmedAt">): string {
  return `${confirmedBy ?? "Somebody"} confirmed it${confirmedAt ? ` on ${confirmedAt.slice(0, 10)}` : ""}.`;
}

function chosenSection(controls: HostControl[], sections: HostSection[], ruleId: string | undefined): string | null {
  const named = controls.find((control) => control.ruleId === ruleId);
  const failing = sections.find(({ counts }) => counts.unhealthy > 0);
  return named?.section ?? (failing ?? sections[0])?.section ?? null;
}

async function findingsOf(hostId: string, ids: string[]): Promise<Map<string, HostControl["findings"]>> {
  const rows = await selectRows(
    FindingRow,
    sql`select encode(f.assessment_id, 'hex') as "assessmentId", f.title, f.severity, f.status, f.remediation, f.evidence, f.exemption_id is not null as "isExempt"
          from unnest(${ids}::text[]) as wanted (id)
          cross join lateral (
            select * from assessment_finding f where f.root_id = ${hostId} and f.assessment_id = decode(wanted.id, 'hex')
             order by f.exemption_id is not null, f.severity_rank desc, f.title, f.key limit 100) f`,
  );
  const grouped = new Map<string, HostControl["findings"]>();
  for (const { assessmentId, ...finding } of rows)
    grouped.set(assessmentId, [...(grouped.get(assessmentId) ?? []), finding]);
  return grouped;
}

async function exemptionsOf(hostId: string, ruleIds: string[]): Promise<Map<string, HostControlExemption[]>> {
  const rows = await selectRows(
    Exemption.extend({ ruleId: z.string() }),
    sql`select e.subject as "ruleId", e.id, e.root_id as "hostId", e.item, e.reason, e.note, e.created_by as by, e.created_at as at, e.expires_at as until
          from exemption e where e.subject_kind = 'rule' and e.subject = any(${ruleIds}::text[]) and e.ended_at is null
           and (e.root_id is null or e.root_id = ${hostId}) and e.repository_id is null and e.resource_id is null
         order by e.subject, e.item is not null, e.root_id is not null, e.created_at limit 1000`,
  );
  const grouped = new Map<string, HostControlExemption[]>();
  for (const { ruleId, ...exemption } of rows) grouped.set(ruleId, [...(grouped.get(ruleId) ?? []), exemption]);
  return grouped;
}

function sectionsOf(controls: readonly HostControl[]): HostSection[] {
  const names = [...new Set(controls.map((control) => control.section))].sort(compareControls);
  return names.map((section) => {
    const own = controls.filter((control) => control.section === section);
    const count = (status: HostControl["status"]) => own.filter((control) => control.status === status).length;
    return {
      section,
      total: own.length,
      counts: {
        healthy: count("healthy"),
        unhealthy: count("unhealthy"),
        unknown: count("unknown"),
        manual: count("manual"),
        notApplicable: count("notApplicable"),
        exempt: count("exempt"),
      },
    };
  });
}
