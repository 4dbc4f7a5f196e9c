import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { uploadAdvisories } from "#commands/request-advisory-import.ts";

/** The file is the body itself, streamed to disk; its name stands in `name`. */
export const POST = apiRoute({
  role: "admin",
  summary: "Upload a file of advisories (OSV zip or NDJSON, secdb, Debian tracker, KEV, EPSS; plain or gzip)",
  query: z.object({ name: z.string().min(1).max(200) }),
  result: z.object({ importId: z.string() }),
  status: 202,
  // The web stream type of the platform is iterable in Node, which its declaration does not say.
  handle: ({ actor, query, request }) =>
    uploadAdvisories(actor, query, request.body as unknown as AsyncIterable<Uint8Array> | null),
});
