import { z } from "zod";
import { guardedRoute } from "#app/api-route.ts";
import { requireSameOrigin } from "#app/same-origin.ts";
import { CompleteSetupInput, completeSetup } from "#commands/complete-setup.ts";
import { systemActor } from "#commands/system-actor.ts";
import { clientAddress } from "#ingest/client-address.ts";
import { readCappedJson } from "#ingest/read-capped-body.ts";

/** Makes the first admin for the holder of the setup link. */
export const POST = guardedRoute(
  {
    guard: {
      kind: "public",
      because: "nobody has an account yet; the one-time setup token in the body is checked and rate limited",
    },
    summary: "Make the first admin with the one-time setup token",
    body: CompleteSetupInput,
    result: z.object({ id: z.string() }),
    status: 201,
  },
  async (request, _context, requestId) => {
    requireSameOrigin(request);
    const body = await readCappedJson(request, { maxBytes: 10_000 });
    return completeSetup(systemActor({ name: "Setup link", address: clientAddress(request.headers), requestId }), body);
  },
);
