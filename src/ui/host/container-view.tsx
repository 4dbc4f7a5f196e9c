"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { HostContainerDetail } from "#queries/host/host-container.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Tag } from "../marks/tag.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { PageHead } from "../page/page-head.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { DigestText } from "../text/digest-text.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import { ContainerControls } from "./container-controls.tsx";
import { ContainerSettings } from "./container-settings.tsx";
import styles from "./host.module.css";
import { isActiveState, stateWords } from "./host-words.ts";

/** One container, running, stopped or gone: what it may do, what it mounts, and which controls it breaks. */
export function ContainerView({ hostId, containerId }: { hostId: string; containerId: string }) {
  const view = useView<HostContainerDetail>(
    { view: `hosts/${hostId}/containers/${containerId}` },
    { topics: [`host:${hostId}`] },
  );
  const container = view.data;
  return (
    <Page
      title={container?.name ?? "Container"}
      crumbs={[
        { label: "Docker VMs", href: `${links.containers()}?type=host` },
        { label: container?.hostName ?? "Host", href: `${links.host(hostId)}?tab=containers` },
      ]}
      freshness={<Freshness at={container?.lastSeenAt ?? null} word="Seen" isLate={container?.goneAt != null} />}
    >
      {container ? (
        <Container container={container} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the container" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={4} />
          )}
        </div>
      )}
    </Page>
  );
}

function Container({ container }: { container: HostContainerDetail }) {
  const url = useUrlState();
  const { facts } = container;
  return (
    <>
      <PageHead
        title={container.name}
        marks={
          <>
            {container.goneAt ? <Tag>Gone</Tag> : <ContainerHealth controls={container.controls} />}
            {facts.privileged && <Tag tone="ink">Privileged</Tag>}
          </>
        }
      />
      <FactLine
        facts={[
          { label: "Image", value: <ImageFact container={container} /> },
          { label: "State", value: <StateFact container={container} /> },
          { label: "User", value: facts.user ?? "root" },
          { label: "Id", value: <DigestText digest={container.containerId} /> },
          { label: "Host", value: <Link href={links.host(container.hostId)}>{container.hostName}</Link> },
          { label: "First seen", value: <RelativeTime at={container.firstSeenAt} ago /> },
        ]}
      />
      {container.goneAt && (
        <div className={`${styles.banner} ${styles.quiet}`}>
          <b>
            {facts.finishedAt && isRealTime(facts.finishedAt)
              ? `Stopped at ${formatMinute(facts.finishedAt)}, removed by ${formatMinute(container.goneAt)}`
              : `Gone since the report of ${formatMinute(container.goneAt)}`}
          </b>
          <p>
            It is not on the host any more. What was last read of it at {formatMinute(container.lastSeenAt)} stays here;
            its controls no longer count.
          </p>
        </div>
      )}
      <div className={styles.containerGrid}>
        <ContainerControls
          container={container}
          openRule={url.get("control")}
          open={(rule) => url.set({ control: rule ?? undefined })}
        />
        <ContainerSettings container={container} />
      </div>
    </>
  );
}

/** Counts the very list below, so that the mark and the list never differ. */
function ContainerHealth({ controls }: Pick<HostContainerDetail, "controls">) {
  const applicable = controls.filter(({ status }) => status !== "notApplicable");
  const failing = applicable.filter(({ status }) => status === "unhealthy").length;
  if (applicable.length === 0) return <Health health="notApplicable" />;
  if (failing > 0)
    return (
      <Health health="unhealthy">
        Unhealthy, {formatNumber(failing)} of {plural(applicable.length, "control")}
      </Health>
    );
  const open = applicable.filter(({ status }) => status !== "healthy").length;
  if (open > 0) return <Health health="unknown">Unknown, {plural(open, "control")}</Health>;
  return <Health health="healthy">Healthy, {plural(applicable.length, "control")}</Health>;
}

/** Docker answers year 1 for "never". */
const isRealTime = (at: string) => !at.startsWith("0001-");

function ImageFact({ container }: { container: HostContainerDetail }) {
  const name = container.imageRef ?? "Not known";
  if (container.imageDigest === null) {
    return (
      <>
        <span className={`bw-cut ${styles.imageName}`} title={name}>
          {name}
        </span>
        <span className="bw-muted" title="No connected registry holds this image">
          not scanned
        </span>
      </>
    );
  }
  const counts = { critical: container.critical ?? 0, high: container.high ?? 0, medium: 0, low: 0, unrated: 0 };
  return (
    <>
      <Link href={links.image(container.imageDigest)} className={`bw-cut ${styles.imageName}`} title={name}>
        {name}
      </Link>
      {counts.critical + counts.high > 0 ? (
        <SeverityCounts counts={counts} spread="inline" />
      ) : (
        <span className="bw-muted">no critical or high</span>
      )}
    </>
  );
}

function StateFact({ container: { state, goneAt, facts } }: { container: HostContainerDetail }) {
  if (goneAt) return <span className="bw-muted">Gone</span>;
  const at = isActiveState(state) ? facts.startedAt : facts.finishedAt;
  return (
    <>
      {stateWords[state] ?? state}
      {at && isRealTime(at) && (
        <span className="bw-muted">
          {isActiveState(state) ? "for " : ""}
          <RelativeTime at={at} />
          {isActiveState(state) ? "" : " ago"}
        </span>
      )}
      {facts.health && facts.health !== "none" && <span className="bw-muted">health check {facts.health}</span>}
    </>
  );
}
