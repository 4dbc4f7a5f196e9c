import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { vulnerabilityList } from "#queries/vulnerability/vulnerability-list.ts";
import { VulnerabilityListView } from "#ui/vulnerability/vulnerability-list-view.tsx";
import { vulnerabilityListView } from "#ui/vulnerability/vulnerability-params.ts";

export const metadata: Metadata = { title: "Vulnerabilities" };

export default async function VulnerabilitiesPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const data = await vulnerabilityList(actor, params);
  return (
    <Prefetched views={[{ ...vulnerabilityListView(params), data, list: true }]}>
      <VulnerabilityListView />
    </Prefetched>
  );
}
