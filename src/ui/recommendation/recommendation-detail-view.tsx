"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RecommendationDetail } from "#queries/assessment/recommendation-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { SeverityTag, Tag } from "../marks/tag.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { PageHead } from "../page/page-head.tsx";
import { Sheet, SheetSection } from "../page/sheet.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber } from "../text/format-number.ts";
import { unitOf } from "./recommendation-columns.tsx";
import { RecommendationExport } from "./recommendation-export.tsx";
import { RecommendationHistorySection } from "./recommendation-history-section.tsx";
import { recommendationView } from "./recommendation-params.ts";
import { RecommendationResources } from "./recommendation-resources.tsx";
import { Standards } from "./standards.tsx";
import { UpgradesSection } from "./upgrades-section.tsx";

/** One recommendation: why it matters, how to fix it, how it went, and every resource in the list of its status. */
export function RecommendationDetailView({ id }: { id: string }) {
  const url = useUrlState();
  const list = useListView<RecommendationDetail>(recommendationView(id, url.params), {
    topics: ["recommendations", "containers"],
  });
  const detail = list.data?.pages[0];
  const crumbs = [{ label: "Recommendations", href: links.recommendations() }];
  if (!detail) {
    return (
      <Page title={id} crumbs={crumbs}>
        <div className="bw-pad">
          {list.error ? (
            <ErrorCard what="this recommendation" problem={toProblem(list.error)} retry={() => void list.refetch()} />
          ) : (
            <LoadingBars count={6} />
          )}
        </div>
      </Page>
    );
  }
  const { rule } = detail;
  const isOpen = detail.counts.unhealthy > 0;
  return (
    <Page title={rule.id} crumbs={crumbs} freshness={<Freshness at={detail.readAt} />}>
      <PageHead
        title={isOpen ? rule.failedTitle : rule.title}
        marks={
          <>
            <SeverityTag severity={detail.worst ?? rule.severity} />
            {rule.retired && <Tag tone="line">Retired since {rule.retired.since}</Tag>}
          </>
        }
        actions={<RecommendationExport id={id} params={url.params} />}
      />
      <Facts detail={detail} />
      <Sheet>
        <SheetSection span={7} title="Why it matters">
          <p>{rule.rationale}</p>
          <h2 className="bw-h2" style={{ marginTop: 16 }}>
            How to fix it
          </h2>
          <p style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>{rule.remediation || "–"}</p>
          <p className="bw-muted bw-small" style={{ marginTop: 8 }}>
            Each unhealthy resource below opens with what was read and its own fix.{" "}
            <Link href={links.rule(rule.id)}>How the rule decides</Link>
          </p>
        </SheetSection>
        <RecommendationHistorySection id={id} params={url.params} />
        {rule.engine === "image-scan" && isOpen && <UpgradesSection id={id} params={url.params} />}
      </Sheet>
      <RecommendationResources detail={detail} list={list} url={url} />
      <Standards references={rule.references} />
    </Page>
  );
}

function Facts({ detail }: { detail: RecommendationDetail }) {
  const { rule, counts } = detail;
  const judged = counts.unhealthy + counts.healthy + counts.unknown + counts.manual;
  const latest = rule.references[0];
  return (
    <FactLine
      facts={[
        rule.title !== rule.failedTitle && { label: "Should be", value: rule.title },
        {
          label: "Unhealthy",
          value: `${formatNumber(counts.unhealthy)} of ${formatNumber(judged)} ${unitOf(detail.kinds, judged)}`,
        },
        { label: "Area", value: rule.area },
        latest && { label: latest.framework, value: latest.control },
      ]}
    />
  );
}
