import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RegistryRepositoriesParams, registryRepositories } from "#queries/registry/registry-repositories.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Repositories of a registry",
  params: z.object({ id: z.uuid() }),
  query: RegistryRepositoriesParams.omit({ registryId: true }),
  handle: ({ actor, params, query }) => registryRepositories(actor, { ...query, registryId: params.id }),
});
