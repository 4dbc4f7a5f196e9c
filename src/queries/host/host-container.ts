import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { AssessmentStatus } from "#domain/assessment.ts";
import { compareControls } from "#domain/compare-controls.ts";
import { Evidence } from "#domain/evidence.ts";
import type { EffectiveStatus } from "#domain/exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { RuleReference } from "#domain/rule.ts";
import { Severity } from "#domain/severity.ts";
import { isImageOf } from "#queries/image/running-images.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

export const HostContainerParams = z.object({ hostId: z.uuid(), containerId: z.string().regex(/^[0-9a-f]{12,64}$/) });

const nullableText = z.string().nullable().catch(null);
const Facts = z.object({
  createdAt: nullableText,
  startedAt: nullableText,
  finishedAt: nullableText,
  health: nullableText,
  user: nullableText,
  privileged: z.boolean().catch(false),
  readOnlyRoot: z.boolean().catch(false),
  capabilitiesAdded: z.array(z.string()).catch([]),
  capabilitiesDropped: z.array(z.string()).catch([]),
  securityOptions: z.array(z.string()).catch([]),
  network: nullableText,
  networks: z.array(z.string()).catch([]),
  pid: nullableText,
  ipc: nullableText,
  memoryBytes: z.number().nullable().catch(null),
  cpus: z.number().nullable().catch(null),
  pidsLimit: z.number().nullable().catch(null),
  restart: nullableText,
  command: nullableText,
  environment: z.array(z.string()).catch([]),
  labels: z.record(z.string(), z.string().nullable()).catch({}),
  mounts: z
    .array(z.object({ type: nullableText, source: nullableText, destination: nullableText, writable: z.boolean() }))
    .catch([]),
  ports: z.array(z.object({ containerPort: z.string(), hostIp: z.string(), hostPort: z.number() })).catch([]),
});
const Row = z.object({
  containerId: z.string(),
  name: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  imageRef: nullableText,
  imageId: nullableText,
  imageDigest: z.string().nullable(),
  critical: z.number().nullable(),
  high: z.number().nullable(),
  state: z.string(),
  facts: Facts,
  failing: z.number(),
  brokenRules: z.array(z.string()),
  firstSeenAt: IsoColumn,
  lastSeenAt: IsoColumn,
  goneAt: IsoColumn.nullable(),
  reportedAt: IsoColumn.nullable(),
});
const ControlRow = z.object({
  ruleId: z.string(),
  title: z.string(),
  references: z.array(RuleReference),
  hostStatus: AssessmentStatus,
  severity: Severity,
  findingStatus: AssessmentStatus.nullable(),
  isExempt: z.boolean(),
  remediation: nullableText,
  evidence: z.array(Evidence).nullable(),
});

export interface ContainerControl {
  control: string;
  ruleId: string;
  title: string;
  severity: Severity;
  status: EffectiveStatus;
  remediation: string | null;
  evidence: Evidence[];
}
export type HostContainerDetail = z.infer<typeof Row> & { controls: ContainerControl[] };

/** One container, running or gone, with what section 4.1 and 5 of the benchmark say of it. */
export async function hostContainer(
  actor: Actor,
  input: z.input<typeof HostContainerParams>,
): Promise<HostContainerDetail> {
  requireRole(actor, "viewer");
  const { hostId, containerId } = HostContainerParams.parse(input);
  const row = await selectFirst(
    Row,
    sql`select c.container_id as "containerId", c.name, c.host_id as "hostId", h.name as "hostName", c.image_ref as "imageRef", c.image_id as "imageId",
          case when i.digest is null then null else 'sha256:' || encode(i.digest, 'hex') end as "imageDigest", i.critical, i.high, c.state, c.facts, c.failing, c.broken_rules as "brokenRules",
          c.first_seen_at as "firstSeenAt", c.last_seen_at as "lastSeenAt", c.gone_at as "goneAt", h.last_report_at as "reportedAt"
          from host_container c join host h on h.id = c.host_id and h.removed_at is null
          left join lateral (select i.digest, coalesce(f.critical, 0) as critical, coalesce(f.high, 0) as high
              from image i left join image_figure f on f.registry_id = i.registry_id and f.digest = i.digest
             where ${isImageOf} and i.scanned_at is not null order by i.scanned_at desc limit 1) i on true
         where c.host_id = ${hostId} and c.container_id like ${`${containerId}%`} order by c.gone_at desc nulls first limit 1`,
  );
  if (!row) throw new AppError("not-found", "No container with this id was reported by this host.");
  return { ...row, controls: row.goneAt ? [] : await controlsOf(hostId, row) };
}

async function controlsOf(hostId: string, container: z.infer<typeof Row>): Promise<ContainerControl[]> {
  const rows = await selectRows(
    ControlRow,
    sql`select a.rule_id as "ruleId", r.title, r.refs as "references", case when a.verdict = 'manual' and a.status = 'healthy' then 'healthy' else a.verdict end as "hostStatus", coalesce(f.severity, a.severity) as severity,
          f.status as "findingStatus", coalesce(f.exemption_id, a.exemption_id) is not null as "isExempt", f.remediation, f.evidence
          from effective_assessment a join rule r on r.id = a.rule_id
          left join lateral (select f.* from assessment_finding f
             where f.root_id = a.root_id and f.assessment_id = a.id and f.title = ${container.name}
               and not (a.verdict = 'manual' and a.status = 'healthy') order by f.exemption_id is not null, f.key limit 1) f on true
         where a.root_id = ${hostId} and a.resource_kind = 'host'`,
  );
  const isActive = ["running", "paused", "restarting"].includes(container.state);
  return rows
    .flatMap((row): ContainerControl[] => {
      const control = row.references.find((reference) => reference.framework === "CIS Docker 1.8.0")?.control ?? "";
      if (!control.startsWith("5.") && control !== "4.1") return [];
      return [
        {
          control,
          ruleId: row.ruleId,
          title: row.title,
          severity: row.severity,
          status: statusFor(row, { isActive, isBroken: container.brokenRules.includes(row.ruleId) }),
          remediation: row.remediation,
          evidence: row.evidence ?? [],
        },
      ];
    })
    .sort((left, right) => compareControls(left.control, right.control));
}

/** A container that a failing control does not name passes it; what is not known of the host is not known of it. */
function statusFor(
  row: z.infer<typeof ControlRow>,
  { isActive, isBroken }: { isActive: boolean; isBroken: boolean },
): EffectiveStatus {
  if (row.findingStatus) return row.isExempt ? "exempt" : row.findingStatus;
  // Of a control that very many containers break, not each has an item of its own in the store.
  if (isBroken) return row.isExempt ? "exempt" : "unhealthy";
  if (!isActive) return "notApplicable";
  if (row.isExempt && row.hostStatus === "unknown") return "exempt";
  return row.hostStatus === "unhealthy" || row.hostStatus === "manual" ? "healthy" : row.hostStatus;
}
