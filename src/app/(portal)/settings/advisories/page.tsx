import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AdvisoryImportListParams, advisoryImportList } from "#queries/advisory/advisory-import-list.ts";
import { advisorySources } from "#queries/advisory/advisory-sources.ts";
import { AdvisoriesView } from "#ui/advisories/advisories-view.tsx";

export const metadata: Metadata = { title: "Advisories" };

export default async function AdvisoriesPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const { imports } = searchValues(await searchParams);
  const states = [...new Set([imports, "waiting"])];
  const lists = await Promise.all(
    states.map(async (state) => ({
      view: "advisories/imports",
      params: state ? { state } : {},
      data: await advisoryImportList(actor, AdvisoryImportListParams.parse({ state })),
      list: true,
    })),
  );
  return (
    <Prefetched views={[{ view: "advisories", data: await advisorySources(actor) }, ...lists]}>
      <AdvisoriesView />
    </Prefetched>
  );
}
