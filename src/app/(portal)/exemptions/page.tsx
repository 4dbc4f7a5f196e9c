import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { exemptionList } from "#queries/exemption/exemption-list.ts";
import { exemptionsView } from "#ui/exemption/exemptions-params.ts";
import { ExemptionsView } from "#ui/exemption/exemptions-view.tsx";

export const metadata: Metadata = { title: "Exemptions" };

export default async function ExemptionsPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const source = exemptionsView(searchValues(await searchParams));
  return (
    <Prefetched views={[{ ...source, data: await exemptionList(actor, source.params), list: true }]}>
      <ExemptionsView />
    </Prefetched>
  );
}
