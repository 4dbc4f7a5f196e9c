import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { ComputeOverviewParams, computeOverview } from "#queries/count/compute-overview.ts";
import { OverviewView } from "#ui/overview/overview-view.tsx";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const data = await computeOverview(actor, ComputeOverviewParams.parse(params));
  return (
    <Prefetched views={[{ view: "compute/overview", params, data }]}>
      <OverviewView />
    </Prefetched>
  );
}
