"use client";
import Link from "next/link";
import type { RootKind } from "#domain/resource.ts";
import type { ContainersOverview, KindTotals } from "#queries/count/containers-overview.ts";
import { Icon } from "../icon.tsx";
import { PostureBar } from "../marks/posture-bar.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { formatNumber } from "../text/format-number.ts";
import styles from "./containers.module.css";
import { kinds } from "./kind.ts";

/** Registries | AKS clusters | Docker VMs | Freshness, each a link to the rows it counts. */
export function SummaryStrip({ overview }: { overview: ContainersOverview | undefined }) {
  return (
    <section className={styles.strip} aria-label="Summary">
      <KindCell kind="registry" totals={overview?.kinds.registry} />
      <KindCell kind="cluster" totals={overview?.kinds.cluster} />
      <KindCell kind="host" totals={overview?.kinds.host} />
      <FreshnessCell freshness={overview?.freshness} />
    </section>
  );
}

function KindCell({ kind, totals }: { kind: RootKind; totals: KindTotals | undefined }) {
  const words = kinds[kind];
  const isAdmin = useMay("admin");
  if (!totals) return <Waiting label={words.many} />;
  if (totals.total === 0) {
    return (
      <div>
        <span className={styles.label}>{words.many}</span>
        <span className={styles.figure} data-none>
          <b>None connected</b>
        </span>
        <span className={styles.note}>{isAdmin && <Link href={words.connect}>Connect</Link>}</span>
      </div>
    );
  }
  const parts = [
    totals.unhealthy > 0 ? `${formatNumber(totals.unhealthy)} unhealthy` : null,
    totals.unknown > 0 ? `${formatNumber(totals.unknown)} unknown` : null,
  ].filter(Boolean);
  return (
    <Link href={`/compute/containers?type=${kind}`} scroll={false}>
      <span className={styles.label}>{words.many}</span>
      <span className={styles.figure}>
        <b>{formatNumber(totals.total)}</b>
        {parts.length > 0 ? parts.join(", ") : "all healthy"}
      </span>
      <PostureBar height={6} parts={totals} />
    </Link>
  );
}

function FreshnessCell({ freshness }: { freshness: ContainersOverview["freshness"] | undefined }) {
  if (!freshness) return <Waiting label="Freshness" />;
  const parts = [
    freshness.late > 0 ? `${formatNumber(freshness.late)} late` : null,
    freshness.stale > 0 ? `${formatNumber(freshness.stale)} stale` : null,
    freshness.withoutData > 0 ? `${formatNumber(freshness.withoutData)} without data` : null,
  ].filter(Boolean);
  const isSilent = parts.length > 0;
  return (
    <Link href={isSilent ? "/compute/containers?view=notReporting" : "/compute/containers"} scroll={false}>
      <span className={styles.label}>Freshness</span>
      <span className={styles.figure}>
        <b>{formatNumber(freshness.onTime)}</b>
        of {formatNumber(freshness.total)} on time
      </span>
      <span className={`${styles.note} ${isSilent ? "bw-signal" : "bw-muted"}`}>
        {isSilent && <Icon name="clock" size={12} />}
        {isSilent
          ? parts.join(", ")
          : freshness.paused > 0
            ? `${formatNumber(freshness.paused)} paused`
            : "Nothing is late"}
      </span>
    </Link>
  );
}

function Waiting({ label }: { label: string }) {
  return (
    <div aria-busy="true">
      <span className={styles.label}>{label}</span>
      <span className={styles.figure}>
        <b>–</b>
      </span>
      <span />
    </div>
  );
}
