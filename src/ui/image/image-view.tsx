"use client";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { ImageChanges } from "#queries/image/image-changes.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import { toProblem } from "../data/problem.ts";
import { type UrlState, useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { type PageTab, PageTabs } from "../page/page-tabs.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber } from "../text/format-number.ts";
import { ChangesTab } from "./changes-tab.tsx";
import { FindingsTab } from "./findings-tab.tsx";
import { FixPlanTab } from "./fix-plan-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { ImageBanners } from "./image-banners.tsx";
import { ImageHead } from "./image-head.tsx";
import { type ImageTab, imageHeadView, imageTab, imageTabs, imageView } from "./image-params.ts";
import { PackagesTab } from "./packages-tab.tsx";
import { PlanStrip } from "./plan-strip.tsx";
import { RunningList } from "./running-list.tsx";

/** One image in one place: what it is, how far it was assessed, and its findings, fixes, changes, packages and scans. */
export function ImageView({ digest }: { digest: string }) {
  const url = useUrlState();
  const head = useView<ImageDetail>(imageHeadView(digest, url.params), {
    topics: [`image:${digest}`, "vulnerabilities", "advisories"],
  });
  const image = head.data;
  if (!image) {
    return (
      <Page title="Image" crumbs={[{ label: "Registries", href: links.containers() }]}>
        <div className="bw-pad">
          {head.error ? (
            <ErrorCard what="the image" problem={toProblem(head.error)} retry={() => void head.refetch()} />
          ) : (
            <LoadingBars count={6} />
          )}
        </div>
      </Page>
    );
  }
  const { place } = image;
  return (
    <Page
      title={place.tags[0] ?? shortDigest(digest)}
      crumbs={[
        { label: "Registries", href: `${links.containers()}?type=registry` },
        { label: place.registryName, href: links.registry(place.registryId) },
        { label: place.repository, href: links.repository(place.registryId, place.repository) },
      ]}
      freshness={<Freshness at={image.assessment.scannedAt} word="Scanned" advisoriesAt={image.asOf.dataDate} />}
    >
      <ImageHead image={image} />
      <ImageBanners image={image} />
      {image.assessment.hasEarlierResult && <PlanStrip image={image} />}
      <Tabs image={image} url={url} />
      <TabContent image={image} tab={imageTab(url.get("tab"))} url={url} />
    </Page>
  );
}

const labels: Record<ImageTab, string> = {
  vulnerabilities: "Vulnerabilities",
  "fix-plan": "Fix plan",
  changes: "What changed",
  packages: "Packages",
  containers: "Where it runs",
  history: "History",
};

function Tabs({ image, url }: { image: ImageDetail; url: UrlState }) {
  const current = imageTab(url.get("tab"));
  const changes = useView<ImageChanges>(imageView(image.digest, "changes", { at: url.get("at") })).data;
  const counts: Partial<Record<ImageTab, number | string>> = image.assessment.hasEarlierResult
    ? {
        // Nothing found where not all could be judged is not a zero.
        vulnerabilities:
          image.counts.open === 0 && image.assessment.completeness !== "complete" ? "–" : image.counts.open,
        packages: image.assessment.packageCount,
        ...(changes?.against
          ? { changes: `+${formatNumber(changes.introduced.length)} \u2212${formatNumber(changes.fixed.length)}` }
          : {}),
      }
    : {};
  const at = url.get("at");
  const tabs = imageTabs.map(
    (tab): PageTab => ({
      label: labels[tab],
      // A tab starts without the filters of the one before.
      href: links.image(image.digest) + search({ at, tab: tab === "vulnerabilities" ? undefined : tab }),
      isCurrent: tab === current,
      count: counts[tab] ?? null,
    }),
  );
  return <PageTabs label="Image" tabs={tabs} />;
}

function search(params: Record<string, string | undefined>): string {
  const entries = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return entries.length > 0 ? `?${new URLSearchParams(entries)}` : "";
}

function TabContent({ image, tab, url }: { image: ImageDetail; tab: ImageTab; url: UrlState }) {
  switch (tab) {
    case "vulnerabilities":
      return <FindingsTab image={image} />;
    case "fix-plan":
      return <FixPlanTab image={image} />;
    case "changes":
      return <ChangesTab image={image} />;
    case "packages":
      return <PackagesTab image={image} />;
    case "containers":
      return <RunningList source={imageView(image.digest, "containers", { at: url.get("at") })} what="this image" />;
    case "history":
      return <HistoryTab image={image} />;
    default:
      return unreachable(tab);
  }
}

function unreachable(tab: never): never {
  throw new Error(`Unknown tab: ${String(tab)}`);
}
