import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { disconnectRegistry } from "#commands/disconnect-registry.ts";
import { updateRegistry } from "#commands/update-registry.ts";
import { registryDetail } from "#queries/registry/registry-detail.ts";

const params = z.object({ id: z.uuid() });
const body = z.record(z.string(), z.unknown());

export const GET = apiRoute({
  role: "viewer",
  summary: "A registry: connection, rights, progress and figures",
  params,
  handle: ({ actor, params }) => registryDetail(actor, { registryId: params.id }),
});

export const PATCH = apiRoute({
  role: "admin",
  summary: "Changes name, owner, environment or rules of a registry",
  params,
  body,
  handle: ({ actor, params, body }) => updateRegistry(actor, { ...body, registryId: params.id }),
});

/** The body carries the name that the person typed: `{ "confirmName": "…" }`. */
export const DELETE = apiRoute({
  role: "admin",
  summary: "Disconnects a registry",
  params,
  body,
  handle: ({ actor, params, body }) => disconnectRegistry(actor, { ...body, registryId: params.id }),
});
