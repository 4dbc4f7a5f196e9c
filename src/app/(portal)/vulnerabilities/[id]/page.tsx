import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { decodePath } from "#app/decode-path.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { links } from "#domain/links.ts";
import { vulnerabilityDetail } from "#queries/vulnerability/vulnerability-detail.ts";
import { vulnerabilityPlacements } from "#queries/vulnerability/vulnerability-placements.ts";
import { placementsView, vulnerabilityView } from "#ui/vulnerability/vulnerability-params.ts";
import { VulnerabilityView } from "#ui/vulnerability/vulnerability-view.tsx";

type VulnerabilityPageProps = SearchPage & { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: VulnerabilityPageProps): Promise<Metadata> {
  return { title: decodePath((await params).id).slice(0, 100) };
}

export default async function VulnerabilityPage({ params, searchParams }: VulnerabilityPageProps) {
  const actor = await requirePageActor();
  const id = decodePath((await params).id);
  const search = searchValues(await searchParams);
  const detail = await vulnerabilityDetail(actor, { id });
  if (detail.kind === "alias") {
    const query = new URLSearchParams(search).toString();
    redirect(`${links.vulnerability(detail.key)}${query ? `?${query}` : ""}`);
  }
  const places = detail.kind === "known" ? await vulnerabilityPlacements(actor, { ...search, id }) : null;
  const views = [
    { ...vulnerabilityView(id), data: detail },
    ...(places ? [{ ...placementsView(id, search), data: places, list: true }] : []),
  ];
  return (
    <Prefetched views={views}>
      <VulnerabilityView id={id} />
    </Prefetched>
  );
}
