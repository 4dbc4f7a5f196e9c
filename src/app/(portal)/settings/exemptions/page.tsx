import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { exemptionList } from "#queries/assessment/exemption-list.ts";
import { ExemptionsView } from "#ui/settings/exemptions-view.tsx";

export const metadata: Metadata = { title: "Exemptions" };

export default async function ExemptionsPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const { q, state } = searchValues(await searchParams);
  const params = { ...(q ? { q } : {}), ...(state ? { state } : {}) };
  return (
    <Prefetched views={[{ view: "exemptions", params, data: await exemptionList(actor, params), list: true }]}>
      <ExemptionsView />
    </Prefetched>
  );
}
