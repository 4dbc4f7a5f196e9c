import type { ReactNode } from "react";
import type { Severity } from "#domain/severity.ts";
import styles from "./marks.module.css";
import { severityWords } from "./severity.tsx";
import { SeverityShape } from "./severity-shape.tsx";

export type TagTone = "plain" | "line" | "ink" | "signal" | "healthy" | "critical" | "high" | "medium" | "low";

/** A short label on a tint. Plain text needs none: use it for facts that must be found at a glance. */
export function Tag({
  tone = "plain",
  title,
  children,
}: {
  tone?: TagTone;
  title?: string | undefined;
  children: ReactNode;
}) {
  return (
    <span className={styles.tag} data-tone={tone} title={title}>
      {children}
    </span>
  );
}

/** A severity on its tint, with a text of its own: "2 critical". */
export function SeverityTag({ severity, children }: { severity: Severity; children?: ReactNode }) {
  const tone = severity === "critical" || severity === "high" || severity === "medium" ? severity : "plain";
  return (
    <Tag tone={tone}>
      <SeverityShape severity={severity} />
      {children ?? severityWords[severity]}
    </Tag>
  );
}

/** In the catalogue of known exploited vulnerabilities: a fact about the world, not a severity. */
export function Kev({ title }: { title?: string | undefined }) {
  return (
    <Tag tone="ink" title={title ?? "Attackers use this: it is in the catalogue of known exploited vulnerabilities"}>
      KEV
    </Tag>
  );
}

/** Marks what belongs to the demo estate, everywhere it shows. */
export function DemoTag() {
  return (
    <Tag tone="line" title="Made-up data of the demo estate. It never counts beside real findings.">
      Demo
    </Tag>
  );
}
