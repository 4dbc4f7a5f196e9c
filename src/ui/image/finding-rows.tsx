"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { FindingGroup } from "#queries/image/image-findings.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { Icon } from "../icon.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Kev, Tag } from "../marks/tag.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./image.module.css";

type Grouping = "package" | "vulnerability";

/** Head of a group: package with installed → fixed version, or the vulnerability with its title; and its counts. */
export function FindingGroupRow({ group, by }: { group: FindingGroup; by: Grouping }) {
  const [first] = group.findings;
  if (!first) return null;
  return (
    <div className={styles.group}>
      {by === "package" ? (
        <>
          <b className="bw-cut" title={group.names.join(", ")}>
            {group.names.length > 3
              ? `${group.names.slice(0, 3).join(", ")} and ${group.names.length - 3} more`
              : group.names.join(", ")}
          </b>
          <Versions group={group} />
          <Origin group={group} />
        </>
      ) : (
        <>
          <Link href={links.vulnerability(first.key)} className="bw-medium">
            {first.key}
          </Link>
          <span className="bw-second bw-cut" title={first.title}>
            {first.title}
          </span>
          {group.kev && <Kev />}
        </>
      )}
      <SeverityCounts counts={group} spread="inline" />
    </div>
  );
}

function Versions({ group }: { group: FindingGroup }) {
  const [first] = group.findings;
  if (!first) return null;
  return (
    <span className={`${styles.versions} bw-mono`}>
      {first.version}
      <Icon name="arrow" size={12} />
      {group.target ? <span className={styles.fixed}>{group.target}</span> : <span>no fix yet</span>}
    </span>
  );
}

function Origin({ group: { layer, isBase } }: { group: FindingGroup }) {
  if (layer === null) return null;
  if (isBase === null) return <Tag tone="line">Layer {layer}</Tag>;
  return isBase ? <Tag tone="line">From base</Tag> : <Tag>Your layer {layer}</Tag>;
}

/** "5 more in openssl": shows a group in full, or folds it again. */
export function MoreFindings({ group, hidden, by }: { group: FindingGroup; hidden: number; by: Grouping }) {
  const url = useUrlState();
  const open = (url.get("expand") ?? "").split(",").filter(Boolean);
  const [first] = group.findings;
  const name = by === "package" ? group.names.slice(0, 2).join(", ") : first?.key;
  if (open.includes(group.id)) {
    return (
      <span className="bw-muted">
        {formatNumber(group.findings.length)} of {plural(group.total, "finding")} in {name} are shown.{" "}
        {by === "package" && (
          <button
            type="button"
            className="bw-link-button"
            onClick={() => url.set({ source: group.id, group: "vulnerability", expand: undefined })}
          >
            List all of them
          </button>
        )}
      </span>
    );
  }
  return (
    <span>
      <button
        type="button"
        className="bw-link-button"
        onClick={() => url.set({ expand: [...open, group.id].slice(-10).join(",") }, { replace: true })}
      >
        {formatNumber(hidden)} more in {name}
      </button>
    </span>
  );
}
