import type { FindingGroup, ImageFinding } from "#queries/image/image-findings.ts";

/** A row of the grouped list: the head of a group, one finding, or what the group still holds. */
export type FindingListRow =
  | { kind: "group"; key: string; group: FindingGroup }
  | { kind: "finding"; key: string; finding: ImageFinding; group: FindingGroup }
  | { kind: "more"; key: string; group: FindingGroup; hidden: number };
