import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AuditListParams, auditList } from "#queries/audit/audit-list.ts";
import { AuditView } from "#ui/settings/audit-view.tsx";

export const metadata: Metadata = { title: "Audit" };

export default async function AuditPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor("admin");
  // The opened row is a state of the page alone; the list is the same with and without it.
  const { entry: _, ...params } = searchValues(await searchParams);
  const data = await auditList(actor, AuditListParams.parse(params));
  return (
    <Prefetched views={[{ view: "audit", params, data, list: true }]}>
      <AuditView />
    </Prefetched>
  );
}
