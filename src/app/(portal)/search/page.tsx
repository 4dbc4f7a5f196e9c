import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage as SearchPageProps, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { search } from "#queries/search.ts";
import { SearchView } from "#ui/search/search-view.tsx";

export const metadata: Metadata = { title: "Search" };

export default async function SearchPage({ searchParams }: SearchPageProps) {
  const actor = await requirePageActor();
  const { q = "" } = searchValues(await searchParams);
  const data = await search(actor, { q });
  if (data.exact) redirect(data.exact);
  return (
    <Prefetched views={[{ view: "search", params: { q }, data }]}>
      <SearchView />
    </Prefetched>
  );
}
