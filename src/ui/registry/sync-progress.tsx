import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { formatAge, formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./registry.module.css";

/** The comparison that runs, with when it last moved, and the scans that wait. Nothing when both are at rest. */
export function SyncProgress({ registry }: { registry: RegistryDetail }) {
  const { sync, queuedScans, runningScans } = registry;
  const scans = queuedScans + runningScans;
  const isFirst = registry.lastReconciledAt === null;
  if (sync?.state !== "running" && scans === 0) return null;
  const home = links.registry(registry.id);
  return (
    <section className={styles.progress} aria-label="Progress" aria-live="off">
      {sync?.state === "running" && (
        <>
          <div className="bw-row bw-wrap">
            <b>{isFirst ? "First look at the registry" : "Comparing with the registry"}</b>
            <span className="bw-second">
              {formatNumber(sync.repositoriesDone)} of {isFirst ? "~" : ""}
              {plural(sync.repositoriesTotal, "repository", "repositories")}
              {sync.estimatedSecondsLeft !== null &&
                sync.estimatedSecondsLeft > 0 &&
                `, ${leftText(sync.estimatedSecondsLeft)} left`}
            </span>
            <span className="bw-muted bw-small bw-push">
              Last moved <RelativeTime at={sync.movedAt} ago />
            </span>
          </div>
          <Track done={sync.repositoriesDone} total={sync.repositoriesTotal} label="Repositories compared" />
        </>
      )}
      {scans > 0 && (
        <div className="bw-row bw-wrap">
          <b>Scanning images</b>
          <span className="bw-second">
            <Link href={`${home}?tab=images&scan=scanning`}>{formatNumber(runningScans)} running</Link>,{" "}
            <Link href={`${home}?tab=images&scan=queued`}>{formatNumber(queuedScans)} waiting</Link>
          </span>
          <span className="bw-muted bw-small bw-push">{formatNumber(Math.max(0, registry.images - scans))} done</span>
        </div>
      )}
      {scans > 0 && <Track done={registry.images - scans} total={registry.images} label="Images scanned" />}
    </section>
  );
}

/** "40 s", "3 min". */
function leftText(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : formatAge(seconds * 1000);
}

/** A plain progress bar. */
export function Track({ done, total, label }: { done: number; total: number; label: string }) {
  const share = total > 0 ? Math.max(0, Math.min(1, done / total)) : 0;
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}
