"use client";
import type { Coverage } from "#queries/count/coverage.ts";
import { ComputePage } from "../containers/compute-page.tsx";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { PostureBar } from "../marks/posture-bar.tsx";
import { ScopeLine } from "../page/scope-line.tsx";
import { Sheet, SheetSection } from "../page/sheet.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, formatShare, plural } from "../text/format-number.ts";
import { Feeds } from "./feeds.tsx";
import { SilentRoots } from "./silent-roots.tsx";
import { UnassessedImages } from "./unassessed-images.tsx";
import { UnreadRepositories } from "./unread-repositories.tsx";

/** What we do not know, and what to do about it. */
export function CoverageView() {
  const view = useView<Coverage>(
    { view: "coverage" },
    { topics: ["containers", "advisories"], refetchInterval: 60_000 },
  );
  const data = view.data;
  return (
    <ComputePage readAt={data?.readAt ?? null} {...(data ? { counts: { coverage: data.gaps } } : {})}>
      <ScopeLine>
        What is not seen, not read or not judged. None of it counts as healthy. Virtual machines without an agent are
        not discovered, so they are missing here.
      </ScopeLine>
      {data ? (
        <Gaps data={data} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the coverage" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={6} />
          )}
        </div>
      )}
    </ComputePage>
  );
}

function Gaps({ data }: { data: Coverage }) {
  const { total, unknown } = data.images;
  const assessed = total - unknown;
  return (
    <Sheet>
      <SheetSection
        span={12}
        title="Images"
        reading={
          total === 0
            ? "No image is known yet."
            : `${formatShare(assessed / total)} of ${plural(total, "image")} are assessed, ${formatNumber(unknown)} are not.`
        }
      >
        <PostureBar height={8} parts={total === 0 ? { unknown: 1 } : { healthy: assessed, unknown }} />
      </SheetSection>
      <UnassessedImages data={data} />
      <SilentRoots roots={data.silent} />
      <UnreadRepositories repositories={data.unread} />
      <Feeds feeds={data.feeds} />
    </Sheet>
  );
}
