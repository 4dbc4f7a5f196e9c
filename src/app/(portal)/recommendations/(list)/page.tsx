import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { recommendationList } from "#queries/assessment/recommendation-list.ts";
import { RecommendationListView } from "#ui/recommendation/recommendation-list-view.tsx";
import { recommendationListView } from "#ui/recommendation/recommendation-params.ts";

export const metadata: Metadata = { title: "Recommendations" };

export default async function RecommendationsPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const source = recommendationListView(params);
  const data = await recommendationList(actor, source.params);
  return (
    <Prefetched views={[{ ...source, data, list: true }]}>
      <RecommendationListView />
    </Prefetched>
  );
}
