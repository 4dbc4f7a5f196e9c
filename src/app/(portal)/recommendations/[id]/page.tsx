import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AppError } from "#domain/app-error.ts";
import { recommendationDetail } from "#queries/assessment/recommendation-detail.ts";
import { RecommendationDetailView } from "#ui/recommendation/recommendation-detail-view.tsx";
import { recommendationView } from "#ui/recommendation/recommendation-params.ts";

type RecommendationPageProps = SearchPage & { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: RecommendationPageProps): Promise<Metadata> {
  return { title: `Recommendation ${decodeURIComponent((await params).id).slice(0, 80)}` };
}

export default async function RecommendationPage({ params, searchParams }: RecommendationPageProps) {
  const actor = await requirePageActor();
  const id = decodeURIComponent((await params).id);
  const source = recommendationView(id, searchValues(await searchParams));
  const data = await recommendationDetail(actor, { ...source.params, id }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not-found") notFound();
    throw error;
  });
  return (
    <Prefetched views={[{ ...source, data, list: true }]}>
      <RecommendationDetailView id={id} />
    </Prefetched>
  );
}
