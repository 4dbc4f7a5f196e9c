import type { HostControl } from "#queries/host/host-controls.ts";

/** What to do about every failing control of a host, as text to hand to whoever runs it. */
export function allFixes(host: string, controls: readonly HostControl[]): string {
  const failing = controls.filter((control) => control.status === "unhealthy");
  const parts = failing.map((control) =>
    [`${control.control} ${control.title}`, ...fixesOf(control).map((fix) => `  ${fix}`)].join("\n"),
  );
  return [`Fixes for ${oneLine(host)}, CIS Docker`, ...parts, ""].join("\n\n");
}

/** The remediations of a control's items that count, each once, in the order of the items. */
export function fixesOf(control: Pick<HostControl, "findings">): string[] {
  return [
    ...new Set(
      control.findings.flatMap((finding) => (finding.remediation && !finding.isExempt ? [finding.remediation] : [])),
    ),
  ];
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");
