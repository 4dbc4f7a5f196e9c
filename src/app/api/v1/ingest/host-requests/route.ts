import { guardedRoute } from "#app/api-route.ts";
import { waitForWish } from "#app/wait-for-wish.ts";
import { openHostListener } from "#ingest/host-requests.ts";

export const dynamic = "force-dynamic";

/** An agent asks what is wanted of its host; the answer comes when something is, or with nothing after 25 s. */
export const GET = guardedRoute(
  {
    guard: { kind: "token", tokenKind: "agent" },
    summary: "Tells an agent what is wanted of its host, within seconds",
  },
  async (request) => Response.json(await waitForWish(await openHostListener(request), request.signal)),
);
