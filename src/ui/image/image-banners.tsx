"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { unwatchedReason } from "#domain/feed-state.ts";
import { links } from "#domain/links.ts";
import type { ImageDetail, ScanProgress } from "#queries/image/image-detail.ts";
import { formatBytes, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import { Banner } from "./banner.tsx";
import { CoverageBanner, hasUnknownDistribution } from "./coverage-banner.tsx";
import styles from "./image.module.css";
import { RescanButton } from "./rescan-button.tsx";

/** What limits what this page can say: no scan, a scan under way or failed, parts that could not be read or judged. */
export function ImageBanners({ image }: { image: ImageDetail }) {
  const banners = [
    scanBanner(image),
    retiredBanner(image),
    advisoryBanner(image),
    osBanner(image),
    <CoverageBanner key="coverage" image={image} />,
    endOfLifeBanner(image),
    partialBanner(image),
  ].filter(Boolean);
  return <div className={styles.banners}>{banners}</div>;
}

function scanBanner(image: ImageDetail): ReactNode {
  const { state, reason, isScanning, hasEarlierResult, scan } = image.assessment;
  if (isScanning && scan)
    return <ScanningBanner key="scan" scan={scan} hasEarlierResult={hasEarlierResult} readAt={image.asOf.readAt} />;
  if (state === "failed") {
    return (
      <Banner
        key="scan"
        icon="noRight"
        title="The last scan failed."
        action={<RescanButton image={image} label="Retry" />}
      >
        {reason} {hasEarlierResult && "Below is what an earlier scan found."}
      </Banner>
    );
  }
  if (state === "notScanned") {
    return (
      <Banner key="scan" icon="waiting" title="Not scanned." action={<RescanButton image={image} label="Scan now" />}>
        {reason ?? "Its findings are not known."}
      </Banner>
    );
  }
  return null;
}

function ScanningBanner({
  scan,
  hasEarlierResult,
  readAt,
}: {
  scan: ScanProgress;
  hasEarlierResult: boolean;
  readAt: string;
}) {
  const numbers = { layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0, ...scan.progress };
  const share = Number(numbers.bytesTotal) > 0 ? Number(numbers.bytesDone) / Number(numbers.bytesTotal) : 0;
  const isWaiting = scan.state === "queued";
  return (
    <section className={styles.banner} aria-live="polite">
      <div>
        <b>{isWaiting ? "Waiting for a scan." : "Scanning."}</b>{" "}
        {isWaiting ? (
          <>
            Asked for <RelativeTime at={scan.queuedAt} now={readAt} ago />.
          </>
        ) : (
          <>
            {stageWord(scan.stage)}
            {Number(numbers.layersTotal) > 0 &&
              `, ${numbers.layersDone} of ${plural(Number(numbers.layersTotal), "layer")}`}
            {Number(numbers.bytesTotal) > 0 &&
              `, ${formatBytes(Number(numbers.bytesDone))} of ${formatBytes(Number(numbers.bytesTotal))}`}
            .
          </>
        )}{" "}
        {scan.attempt > 1 &&
          `Attempt ${scan.attempt}${scan.error ? `, the one before ended with: ${scan.error}` : ""}. `}
        {hasEarlierResult ? "Below is what the last scan found." : "Its findings follow."}
        {!isWaiting && (
          <div
            className={styles.progress}
            role="progressbar"
            aria-label="Scan"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(share * 100)}
          >
            <span style={{ width: `${Math.round(share * 100)}%` }} />
          </div>
        )}
      </div>
    </section>
  );
}

function stageWord(stage: string | null): string {
  return stage ? stage.charAt(0).toUpperCase() + stage.slice(1) : "Starting";
}

function retiredBanner({ place }: ImageDetail): ReactNode {
  if (!place.retiredAt) return null;
  return (
    <Banner key="retired" icon="trash" title="No longer in the repository" tone="plain">
      since {formatMinute(place.retiredAt)}. {place.retiredReason} It counts nowhere; this is what it had.
    </Banner>
  );
}

function advisoryBanner({ asOf, assessment }: ImageDetail): ReactNode {
  if (!assessment.hasEarlierResult) return null;
  if (asOf.records > 0)
    return assessment.withoutFeed.length > 0 ? <FeedBanner key="advisories" image={assessment} /> : null;
  return (
    <Banner
      key="advisories"
      icon="advisory"
      title="No advisories are loaded,"
      action={<Link href={links.settings("advisories")}>Load advisories</Link>}
    >
      so the packages are known but not what is wrong with them.
    </Banner>
  );
}

function FeedBanner({ image: { withoutFeed } }: { image: ImageDetail["assessment"] }) {
  return (
    <Banner
      icon="advisory"
      title={`${unwatchedReason(withoutFeed)}.`}
      action={<Link href={links.settings("advisories")}>Load advisories</Link>}
    >
      What is wrong with these is not known.
    </Banner>
  );
}

function osBanner(image: ImageDetail): ReactNode {
  const { os, osState, hasEarlierResult, packageCount } = image.assessment;
  if (!hasEarlierResult) return null;
  if (osState === "none") {
    return (
      <Banner key="os" icon="waiting" title="No package database in this image,">
        so OS findings are not known.{packageCount > 0 ? " Its language packages were checked." : ""}
      </Banner>
    );
  }
  if (hasUnknownDistribution(image)) {
    return (
      <Banner
        key="os"
        icon="waiting"
        title={`${os?.name ?? "Its distribution"} is not a distribution we have advisories for.`}
      >
        Its system packages are listed, their findings are not known.
      </Banner>
    );
  }
  return null;
}

function endOfLifeBanner({ assessment: { os, endOfLifeAt, isPastEndOfLife } }: ImageDetail): ReactNode {
  if (!isPastEndOfLife || !endOfLifeAt) return null;
  return (
    <Banner
      key="eol"
      icon="clock"
      title={`${os?.name ?? "Its distribution"} reached its end of life on ${endOfLifeAt.slice(0, 10)}.`}
      tone="plain"
    >
      It gets no more fixes, and flaws found since may be missing below. Rebuild on a supported release.
    </Banner>
  );
}

function partialBanner({ assessment }: ImageDetail): ReactNode {
  const { diagnostics, completeness } = assessment;
  if (completeness !== "partial" || diagnostics.length === 0) return null;
  return (
    <Banner key="partial" icon="waiting" title="This result is partial.">
      {plural(diagnostics.length, "part")} of the image could not be read or understood, so findings may be missing.
      <details>
        <summary>Show what was not read</summary>
        <ul>
          {diagnostics.slice(0, 50).map((diagnostic) => (
            <li key={`${diagnostic.code}${diagnostic.path}${diagnostic.message}`}>
              {diagnostic.message}
              {diagnostic.path && !diagnostic.message.includes(diagnostic.path) && (
                <span className="bw-mono"> {diagnostic.path}</span>
              )}
            </li>
          ))}
        </ul>
        {diagnostics.length > 50 && <p>and {plural(diagnostics.length - 50, "more", "more")}</p>}
      </details>
    </Banner>
  );
}
