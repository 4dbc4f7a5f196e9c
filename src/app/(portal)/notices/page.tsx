import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { noticeList } from "#queries/notice/notice-list.ts";
import { noticesView } from "#ui/notice/notice-params.ts";
import { NoticesView } from "#ui/notice/notices-view.tsx";

export const metadata: Metadata = { title: "Notices" };

export default async function NoticesPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const data = await noticeList(actor, params);
  return (
    <Prefetched views={[{ ...noticesView(params), data, list: true }]}>
      <NoticesView />
    </Prefetched>
  );
}
