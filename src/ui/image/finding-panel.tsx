"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { packageKind } from "#domain/package-kind.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImageFindingDetail } from "#queries/image/image-finding.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { severityWords } from "../marks/severity.tsx";
import { Kev, SeverityTag } from "../marks/tag.tsx";
import { FactPairs } from "../page/fact-line.tsx";
import { SidePanel } from "../page/side-panel.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { CodeBlock } from "../text/code-block.tsx";
import { formatShare, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import { ExemptFinding } from "./exempt-finding.tsx";
import { statusWords } from "./finding-columns.tsx";
import { fixCommand } from "./fix-command.ts";
import styles from "./image.module.css";
import { findingView } from "./image-params.ts";

interface FindingPanelProps {
  image: ImageDetail;
  vulnerability: string;
  packageId: string;
  close: () => void;
}

/** One finding: why it comes first, why we say the image has it, and what to do. */
export function FindingPanel({ image, vulnerability, packageId, close }: FindingPanelProps) {
  const url = useUrlState();
  const query = useView<ImageFindingDetail>(
    findingView(image.digest, vulnerability, { at: url.get("at"), package: packageId }),
    { topics: [`image:${image.digest}`] },
  );
  const finding = query.data;
  return (
    <SidePanel
      title={vulnerability}
      fullPage={links.vulnerability(vulnerability)}
      close={close}
      marks={finding ? <Marks finding={finding} /> : undefined}
      subtitle={finding ? `${finding.title}, in ${finding.package.name} ${finding.package.version}` : undefined}
      foot={finding ? <Elsewhere finding={finding} /> : undefined}
    >
      {finding ? (
        <FindingBody image={image} finding={finding} />
      ) : query.error ? (
        <ErrorCard what="this finding" problem={toProblem(query.error)} retry={() => void query.refetch()} />
      ) : (
        <LoadingBars count={8} />
      )}
    </SidePanel>
  );
}

function Marks({ finding }: { finding: ImageFindingDetail }) {
  return (
    <span className="bw-row">
      <SeverityTag severity={finding.severity} />
      {finding.kevAddedAt && <Kev />}
      {finding.state === "exempt" && <Health health="exempt" />}
    </span>
  );
}

function Elsewhere({ finding }: { finding: ImageFindingDetail }) {
  return (
    <Link href={links.vulnerability(finding.key)} className="bw-push">
      Where else <span className="bw-muted">{plural(finding.elsewhere, "place")}</span>
    </Link>
  );
}

function FindingBody({ image, finding }: { image: ImageDetail; finding: ImageFindingDetail }) {
  return (
    <>
      {finding.hiddenReason ? (
        <>
          <h3>Why this is hidden</h3>
          <p>{finding.hiddenReason}. It is in no count.</p>
        </>
      ) : (
        <WhyFirst finding={finding} />
      )}
      <ExemptFinding image={image} finding={finding} />
      <h3>Why we say this image has it</h3>
      <Evidence image={image} finding={finding} />
      <h3>Fix it</h3>
      <Fix image={image} finding={finding} />
      {finding.details && (
        <>
          <h3>What it is</h3>
          <p className="bw-second" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
            {finding.details.length > 900 ? `${finding.details.slice(0, 900)}…` : finding.details}
          </p>
        </>
      )}
    </>
  );
}

function WhyFirst({ finding }: { finding: ImageFindingDetail }) {
  const reasons = reasonsOf(finding);
  return (
    <>
      <h3>Why it ranks here</h3>
      <ul className={styles.why}>
        {reasons.map((reason) => (
          <li key={reason.title}>
            <Icon name={reason.icon} />
            <span>
              <b className="bw-medium">{reason.title}</b> <span className="bw-second">{reason.detail}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function reasonsOf(finding: ImageFindingDetail): { icon: IconName; title: string; detail: string }[] {
  const epss = finding.epss === null ? "No exploit probability is published." : `EPSS ${formatShare(finding.epss, 1)}.`;
  const exploited = finding.kevAddedAt
    ? {
        icon: "bug" as const,
        title: "Attackers use it.",
        detail: `In the KEV list since ${finding.kevAddedAt.slice(0, 10)}. ${epss}`,
      }
    : {
        icon: "bug" as const,
        title: (finding.epss ?? 0) >= 0.1 ? "Exploitation is likely." : "No exploitation is known.",
        detail: `Not in the KEV list. ${epss}`,
      };
  const fix = finding.fixedVersion
    ? { icon: "check" as const, title: "A fix exists.", detail: `In ${finding.fixedVersion}.` }
    : {
        icon: "waiting" as const,
        title: `${statusWords[finding.matchStatus] ?? "No fix yet"}.`,
        detail: finding.vendorStatus ?? "The vendor has not published a fixed version.",
      };
  const origin = finding.introducedBy
    ? [
        {
          icon: "image" as const,
          title: "Here since",
          detail: `the push of ${finding.introducedBy.tag ?? "an untagged image"} on ${formatMinute(finding.introducedBy.pushedAt)}, the first with this package version.`,
        },
      ]
    : [];
  return [exploited, fix, ...origin];
}

function Evidence({ image, finding }: { image: ImageDetail; finding: ImageFindingDetail }) {
  const { why, package: pkg, general } = finding;
  const differs = general.severity !== finding.severity && general.severity !== "unknown";
  return (
    <FactPairs
      facts={[
        { label: "Found", value: <span className="bw-mono">{`${pkg.name} ${pkg.version}`}</span> },
        pkg.sourceName !== pkg.name && {
          label: "Built from",
          value: <span className="bw-mono">{`${pkg.sourceName} ${pkg.sourceVersion}`}</span>,
        },
        why && {
          label: "Affected",
          value: (
            <>
              <span>{why.range}</span>{" "}
              <span className="bw-muted">
                of {why.comparedName}, by {why.feedId}
              </span>
            </>
          ),
        },
        why && { label: "Compared", value: <span className="bw-mono">{why.comparedVersion}</span> },
        { label: "Records", value: finding.recordIds.join(", ") },
        ...(why?.others ?? []).slice(0, 6).map((other) => ({ label: other.recordId, value: other.says })),
        { label: "Where", value: <Where finding={finding} /> },
        {
          label: "Severity",
          value: `${severityWords[finding.severity]}${finding.severitySource ? `, by ${finding.severitySource}` : ""}.${differs ? ` ${severityWords[general.severity]}${general.source ? `, by ${general.source}` : ""}.` : ""}${general.cvssScore ? ` CVSS ${general.cvssScore.toFixed(1)}.` : ""}`,
        },
        general.cvssVector !== null && {
          label: "Vector",
          value: <span className="bw-mono bw-small">{general.cvssVector}</span>,
        },
        finding.vendorStatus !== null && { label: "Vendor says", value: finding.vendorStatus },
        { label: "First seen", value: <RelativeTime at={finding.firstSeenAt} now={image.asOf.readAt} ago /> },
        {
          label: "Scanned",
          value: `${image.assessment.scannedAt ? formatMinute(image.assessment.scannedAt) : "–"}, advisories ${image.asOf.dataDate ? formatMinute(image.asOf.dataDate) : "of unknown age"}`,
        },
      ]}
    />
  );
}

function Where({ finding: { places, base, layerCount } }: { finding: ImageFindingDetail }) {
  if (places.length === 0) return <span className="bw-muted">Not known. The inventory of this image is gone.</span>;
  return (
    <ul>
      {places.slice(0, 5).map((place) => (
        <li key={`${place.layer} ${place.path}`}>
          <span className="bw-mono">{place.path}</span>{" "}
          <span className="bw-second">
            {place.isBase === null
              ? `layer ${place.layer} of ${layerCount}`
              : place.isBase
                ? `layer ${place.layer}, from the base${base?.name ? ` ${base.name}` : " (a guess from the history)"}`
                : `your layer ${place.layer} of ${layerCount}`}
          </span>
        </li>
      ))}
      {places.length > 5 && <li className="bw-muted">and {plural(places.length - 5, "more path")}</li>}
    </ul>
  );
}

function Fix({ image, finding }: { image: ImageDetail; finding: ImageFindingDetail }) {
  const { package: pkg } = finding;
  if (!finding.fixedVersion) {
    return (
      <p className="bw-second">
        No fixed version is published. Remove {pkg.name} if the image does not need it, or exempt the finding with a
        reason.
      </p>
    );
  }
  const [place] = finding.places;
  const isBase = place?.isBase === true && packageKind(pkg.type).isSystem;
  const counts = { total: 1, critical: 0, high: 0, medium: 0, low: 0, unrated: 0, kev: 0 };
  const upgrade = {
    type: pkg.type,
    name: pkg.name,
    installed: pkg.version,
    target: finding.fixedVersion,
    packages: [{ id: pkg.id, name: pkg.name, version: pkg.version }],
    path: place?.path ?? null,
    layer: place?.layer ?? null,
    isBase,
    counts,
    vulnerabilities: [finding.key],
  };
  const tag = image.place.tags[0];
  const target = `${image.place.repository}${tag ? `:${tag}` : ""}`;
  const fix = fixCommand(
    { kind: isBase ? "base" : "package", upgrades: [upgrade], counts },
    { base: finding.base, target },
  );
  return (
    <>
      <p className="bw-second" style={{ marginBottom: 6 }}>
        {isBase
          ? "It came with the base image: rebuild on a current one. No change in your Dockerfile is needed."
          : `Upgrade ${pkg.name} to ${finding.fixedVersion}.`}
      </p>
      <CodeBlock code={fix.command} name="fix command" wraps />
    </>
  );
}
