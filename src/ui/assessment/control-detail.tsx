"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { HostControl } from "#queries/host/host-controls.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import styles from "#ui/host/host.module.css";
import { Icon } from "#ui/icon.tsx";
import { plural } from "#ui/text/format-number.ts";
import { RelativeTime } from "#ui/text/relative-time.tsx";
import { fixesOf } from "./all-fixes.ts";
import { ConfirmForm } from "./confirm-form.tsx";
import { ControlEvidence, type ReadItem, readItems } from "./control-evidence.tsx";
import { ExemptSection } from "./exempt-section.tsx";
import { FixList } from "./fix-list.tsx";

const sinceWords: Record<HostControl["status"], string> = {
  unhealthy: "Failing for",
  healthy: "Met for",
  unknown: "Not known for",
  manual: "Waiting for a person for",
  notApplicable: "Not applicable for",
  exempt: "Exempt, with this verdict for",
};

/** An open control: why it matters, what was read against what is expected, what to do, and since when. */
export function ControlDetail({ host, control }: { host: HostDetail; control: HostControl }) {
  const items = itemsOf(control);
  const fixes = fixesOf(control);
  const canConfirm = (control.status === "manual" || control.confirmedAt !== null) && control.status !== "exempt";
  return (
    <div className={styles.detail}>
      <p className={styles.why}>{control.rationale}</p>
      {control.reason && <p className={styles.reason}>{control.reason}</p>}
      {items.length > 0 && (
        <ControlEvidence
          items={items}
          total={control.findingCount}
          health={control.status}
          readAt={host.lastCollectedAt ?? control.assessedAt}
        />
      )}
      {control.diagnostics.map((note) => (
        <p key={note.message} className={styles.note}>
          <Icon name="help" size={14} /> {note.message}
        </p>
      ))}
      {fixes.length > 0 && control.status === "unhealthy" && <FixList fixes={fixes} control={control.control} />}
      {canConfirm && <ConfirmForm hostId={host.id} control={control} advice={fixes[0] ?? null} />}
      <ExemptSection hostId={host.id} control={control} />
      <div className={styles.detailFoot}>
        <span>
          {control.logic} {referenceWords(control)}
          {control.level && ` · Level ${control.level.replace(/^level\s*/i, "")}`} ·{" "}
          <Link href={links.rule(control.ruleId)}>About this control</Link>
        </span>
        <span className="bw-nowrap">
          {sinceWords[control.status]} <RelativeTime at={control.statusSince} now={host.readAt} />
          {control.otherHosts > 0 && `, fails on ${plural(control.otherHosts, "other host")}`}
        </span>
      </div>
    </div>
  );
}

/** "CIS Docker 2.2 (1.8.0, 1.7.0), 2.1 (1.2.0)": each number once with the versions that use it. */
function referenceWords({ references }: HostControl): string {
  const versions = new Map<string, string[]>();
  for (const { framework, control } of references)
    versions.set(control, [...(versions.get(control) ?? []), framework.replace(/^CIS Docker /, "")]);
  return `CIS Docker ${[...versions].map(([number, names]) => `${number} (${names.join(", ")})`).join(", ")}`;
}

/** Failing items with their own readings; without any, what made the verdict. */
function itemsOf(control: HostControl): ReadItem[] {
  const found = control.findings.flatMap((finding) => readItems(finding.evidence, finding));
  return found.length > 0 ? found : readItems(control.evidence);
}
