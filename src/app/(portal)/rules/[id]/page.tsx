import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { decodePath } from "#app/decode-path.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AppError } from "#domain/app-error.ts";
import { ruleDetail } from "#queries/assessment/rule-detail.ts";
import { RuleView } from "#ui/rule/rule-view.tsx";

type RulePageProps = SearchPage & { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: RulePageProps): Promise<Metadata> {
  return { title: `Rule ${decodePath((await params).id).slice(0, 80)}` };
}

export default async function RulePage({ params, searchParams }: RulePageProps) {
  const actor = await requirePageActor();
  const id = decodePath((await params).id);
  const { status } = searchValues(await searchParams);
  const data = await ruleDetail(actor, { id, status }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not-found") notFound();
    throw error;
  });
  return (
    <Prefetched
      views={[{ view: `rules/${encodeURIComponent(id)}`, params: status ? { status } : {}, data, list: true }]}
    >
      <RuleView id={id} />
    </Prefetched>
  );
}
