import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RepositoryPushesParams, repositoryPushes } from "#queries/registry/repository-pushes.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Every move of a tag of one repository, newest first",
  params: z.object({ id: z.uuid() }),
  query: RepositoryPushesParams.omit({ registryId: true }),
  handle: ({ actor, params, query }) => repositoryPushes(actor, { ...query, registryId: params.id }),
});
