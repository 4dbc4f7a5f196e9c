import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { type Actor, roleIncludes } from "#domain/role.ts";
import { changesSince, followChanges, type LiveChange } from "#queries/live-changes.ts";

export const dynamic = "force-dynamic";

const PING_MS = 15_000;
/** The browser reconnects by itself, and then its session is looked at again. */
const LIFETIME_MS = 10 * 60_000;
/** Topics that only say something to people who may see those pages. */
const adminTopics = ["audit", "accounts"];

/** Live pages: `event: change`, `id: <version>`, `data: {"topics": […]}`. Topics only; the browser refetches its query. */
export const GET = apiRoute({
  role: "viewer",
  query: z.object({ after: z.string().optional() }),
  summary: "Server-sent events: which topics changed. Carries no data",
  handle: async ({ actor, request, query }) =>
    new Response(eventStream(actor, { request, since: request.headers.get("last-event-id") ?? query.after ?? "" }), {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      },
    }),
});

/** `since` is the version that the browser saw last: what it missed comes first. */
function eventStream(
  actor: Actor,
  { request, since }: { request: Request; since: string },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let end = () => {};
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      let isOpen = true;
      const write = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      const send = (change: LiveChange) => {
        const topics = roleIncludes(actor.role, "admin")
          ? change.topics
          : change.topics.filter((topic) => !adminTopics.includes(topic));
        if (topics.length > 0) write(`event: change\nid: ${change.version}\ndata: ${JSON.stringify({ topics })}\n\n`);
      };
      const unfollow = await followChanges(send);
      const ping = setInterval(() => write(": ping\n\n"), PING_MS);
      const lifetime = setTimeout(() => end(), LIFETIME_MS);
      end = () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(ping);
        clearTimeout(lifetime);
        unfollow();
        controller.close();
      };
      request.signal.addEventListener("abort", () => end(), { once: true });
      if (request.signal.aborted) end();
      // The first bytes say that changes are followed from here on: the browser takes them as the moment to ask again.
      write("retry: 2000\n\n");
      const missed = /^\d{1,18}$/.test(since) ? await changesSince(since) : undefined;
      if (missed) send(missed);
    },
    cancel: () => end(),
  });
}
