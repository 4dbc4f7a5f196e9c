import { apiRoute } from "#app/api-route.ts";
import { NoticeListParams, noticeList } from "#queries/notice/notice-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The signed-in person's notices",
  query: NoticeListParams,
  handle: ({ actor, query }) => noticeList(actor, query),
});
