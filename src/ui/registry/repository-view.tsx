"use client";
import { links } from "#domain/links.ts";
import type { RepositoryDetail } from "#queries/registry/repository-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { DemoTag, Kev, SeverityTag, Tag } from "../marks/tag.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PageTabs } from "../page/page-tabs.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { CopyButton } from "../text/copy-button.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { PushTimeline } from "./push-timeline.tsx";
import { TagsTable } from "./tags-table.tsx";

interface Props {
  registryId: string;
  repository: string;
}

/** One repository: every move of its tags with what it introduced and fixed, and the tags as they stand. */
export function RepositoryView({ registryId, repository }: Props) {
  const view = useView<RepositoryDetail>(
    { view: `registries/${registryId}/repository`, params: { repository } },
    { topics: [`registry:${registryId}`, "containers"] },
  );
  const detail = view.data;
  return (
    <Page
      title={repository}
      crumbs={[
        { label: "Registries", href: `${links.containers()}?type=registry` },
        { label: detail?.registry.name ?? "Registry", href: links.registry(registryId) },
      ]}
      freshness={<Freshness at={detail?.readAt ?? null} />}
    >
      {detail ? (
        <Repository detail={detail} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the repository" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={4} />
          )}
        </div>
      )}
    </Page>
  );
}

function Repository({ detail }: { detail: RepositoryDetail }) {
  const url = useUrlState();
  const isTags = url.get("tab") === "tags";
  const home = links.repository(detail.registry.id, detail.name);
  const address = `${new URL(detail.registry.url).host}/${detail.name}`;
  return (
    <>
      <PageHead
        title={detail.name}
        marks={
          <>
            {detail.vulnerabilities.critical > 0 && (
              <SeverityTag severity="critical">{formatNumber(detail.vulnerabilities.critical)} critical</SeverityTag>
            )}
            {detail.vulnerabilities.kev > 0 && <Kev />}
            {detail.registry.isDemo && <DemoTag />}
            {detail.retiredAt && (
              <Tag tone="line" title={detail.retiredReason ?? undefined}>
                Retired
              </Tag>
            )}
          </>
        }
      />
      <FactLine
        facts={[
          {
            label: "Address",
            value: (
              <>
                <span className="bw-mono">{address}</span>
                <CopyButton value={address} name="address" />
              </>
            ),
          },
          {
            label: "Open vulnerabilities",
            value: `${formatNumber(detail.vulnerabilities.open)}, ${plural(detail.findings, "finding")}`,
          },
          { label: "With a fix", value: formatNumber(detail.vulnerabilities.fixable) },
          { label: "Images", value: formatNumber(detail.imageCount) },
          detail.notAssessed > 0 && { label: "Not assessed", value: formatNumber(detail.notAssessed) },
          { label: "Last push", value: detail.lastPushedAt ? <RelativeTime at={detail.lastPushedAt} ago /> : "–" },
          { label: "First seen", value: detail.firstSeenAt.slice(0, 10) },
          detail.scans.running + detail.scans.queued > 0 && {
            label: "Scans",
            value: `${formatNumber(detail.scans.running)} running, ${formatNumber(detail.scans.queued)} waiting`,
          },
          detail.retiredAt !== null && {
            label: "Retired",
            value: (
              <>
                <RelativeTime at={detail.retiredAt} ago />
                <span className="bw-muted">{detail.retiredReason}</span>
              </>
            ),
          },
        ]}
      />
      <PageTabs
        label="Repository"
        tabs={[
          { label: "Pushes", href: home, isCurrent: !isTags },
          { label: "Tags", href: `${home}?tab=tags`, isCurrent: isTags, count: detail.tags.length },
        ]}
      />
      {isTags ? <TagsTable detail={detail} /> : <PushTimeline detail={detail} />}
    </>
  );
}
