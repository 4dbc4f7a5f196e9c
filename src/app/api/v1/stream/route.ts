import { z } from "zod";
import { requestActor } from "#app/actor.ts";
import { apiRoute } from "#app/api-route.ts";
import { AppError } from "#domain/app-error.ts";
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
  let isOpen = true;
  /** What must be undone when the stream ends, whoever ends it and however early. */
  const undo: (() => void)[] = [];
  const end = () => {
    isOpen = false;
    for (const step of undo.splice(0)) step();
  };
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      const close = () => {
        if (!isOpen) return;
        end();
        controller.close();
      };
      const send = (change: LiveChange) => {
        const topics = roleIncludes(actor.role, "admin")
          ? change.topics
          : change.topics.filter((topic) => !adminTopics.includes(topic));
        if (topics.length > 0) write(`event: change\nid: ${change.version}\ndata: ${JSON.stringify({ topics })}\n\n`);
        // Somebody's account or token changed: whoever may not see this any more does not hear of the next change either.
        if (change.topics.includes("accounts")) void stillAllowed(actor, request).then((may) => may || close());
      };
      const unfollow = await followChanges(send);
      undo.push(unfollow);
      if (!isOpen) return end();
      const ping = setInterval(() => write(": ping\n\n"), PING_MS);
      const lifetime = setTimeout(close, LIFETIME_MS);
      undo.push(
        () => clearInterval(ping),
        () => clearTimeout(lifetime),
      );
      request.signal.addEventListener("abort", close, { once: true });
      if (request.signal.aborted) close();
      // The first bytes say that changes are followed from here on: the browser takes them as the moment to ask again.
      write("retry: 2000\n\n");
      const missed = /^\d{1,18}$/.test(since) ? await changesSince(since) : undefined;
      if (missed) send(missed);
    },
    cancel: end,
  });
}

/** Whether the same credential still opens the stream with the same role. A database that is away decides nothing. */
async function stillAllowed(actor: Actor, request: Request): Promise<boolean> {
  try {
    const now = await requestActor(request.headers, actor.requestId ?? "");
    return !now.mustChangePassword && now.actor.id === actor.id && now.actor.role === actor.role;
  } catch (error) {
    return !(error instanceof AppError);
  }
}
