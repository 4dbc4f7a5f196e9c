import type { Severity } from "#domain/severity.ts";
import { type AssessOptions, assess } from "#engines/cis-docker/assess.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { withEndOfLife } from "#engines/cis-docker/host-end-of-life.ts";
import { topLevelImages } from "#engines/cis-docker/image-facts.ts";

/** Status as the benchmark prints it. */
export type PrintedStatus = "pass" | "fail" | "notApplicable" | "manual" | "unknown";

export interface AuditControl {
  id: string;
  rule: string;
  title: string;
  severity: Severity;
  level: number;
  status: PrintedStatus;
  reason: string;
  findings: { item: string | null; path: string; actual: string; expected: string; severity?: Severity }[];
  readings: { item: string | null; path: string; actual: string; expected: string }[];
  remediation: string | null;
  notes: string[];
}

/** The JSON answer of `audit docker` (interfaces.md §3). */
export interface AuditResult {
  host: {
    name: string | null;
    dockerVersion: string | null;
    apiVersion: string | null;
    operatingSystem: string | null;
    rootless: boolean;
    imagesTotal: number | null;
    imagesInUse: number | null;
    containersTotal: number | null;
    containersRunning: number | null;
    containersPaused: number | null;
    containersStopped: number | null;
    managedBy: { manager: string; signals: string[] } | null;
  };
  benchmark: string;
  controls: AuditControl[];
  summary: Record<PrintedStatus | "total", number>;
}

/** Assesses evidence, with the end of support that our own table knows, and puts the answer in the form that is printed. */
export function auditResult(evidence: HostEvidence, options: AssessOptions): AuditResult {
  const result = assess({ ...evidence, host: withEndOfLife(evidence.host) }, options);
  const controls = result.controls.map(({ control, rule, reference, outcome }): AuditControl => {
    const readings = outcome.readings.map(({ item, path, actual, expected, severity }) => ({
      item: item ?? null,
      path,
      actual,
      expected,
      ...(severity ? { severity } : {}),
    }));
    const isOpen = outcome.status === "unhealthy" || outcome.status === "manual";
    return {
      id: control,
      rule: rule.id,
      title: rule.title,
      severity: outcome.severity ?? rule.severity,
      level: Number(/\d+/.exec(reference.level ?? "")?.[0] ?? 0),
      status: printed(outcome.status),
      reason: outcome.reason,
      findings: isOpen ? readings : [],
      readings: isOpen ? [] : readings,
      remediation:
        outcome.status === "unhealthy"
          ? rule.remediation(outcome.readings[0]?.item ?? "this host", outcome.readings[0])
          : null,
      notes: outcome.notes ?? [],
    };
  });
  const count = (status: PrintedStatus) => controls.filter((control) => control.status === status).length;
  return {
    host: hostSummary(result),
    benchmark: `CIS Docker ${result.benchmark}`,
    controls,
    summary: {
      total: controls.length,
      pass: count("pass"),
      fail: count("fail"),
      notApplicable: count("notApplicable"),
      manual: count("manual"),
      unknown: count("unknown"),
    },
  };
}

function hostSummary({ facts, managed }: ReturnType<typeof assess>): AuditResult["host"] {
  const containers = facts.containers;
  const inState = (...states: string[]) =>
    containers?.filter(({ inspect }) => states.includes(inspect.State.Status ?? "")).length ?? null;
  // An image in use is one that a running or paused container was made from; the engine's own count includes bare layers.
  const used = new Set(
    containers?.filter(({ isActive }) => isActive).flatMap(({ inspect }) => (inspect.Image ? [inspect.Image] : [])),
  );
  return {
    name: facts.host?.hostname ?? facts.info?.Name ?? null,
    dockerVersion: facts.engine.version,
    apiVersion: facts.version?.ApiVersion ?? null,
    operatingSystem: facts.info?.OperatingSystem ?? null,
    rootless: facts.engine.isRootless,
    imagesTotal: topLevelImages(facts.evidence)?.length ?? null,
    imagesInUse: containers ? used.size : null,
    containersTotal: containers?.length ?? facts.info?.Containers ?? null,
    // Where the containers could not be inspected, the engine's own counts stand in.
    containersRunning: inState("running", "restarting") ?? facts.info?.ContainersRunning ?? null,
    containersPaused: inState("paused") ?? facts.info?.ContainersPaused ?? null,
    containersStopped:
      inState("exited", "created", "dead", "removing", "stopped", "configured", "initialized") ??
      facts.info?.ContainersStopped ??
      null,
    managedBy: managed,
  };
}

function printed(status: "healthy" | "unhealthy" | "notApplicable" | "manual" | "unknown"): PrintedStatus {
  if (status === "healthy") return "pass";
  return status === "unhealthy" ? "fail" : status;
}
