import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RepositoryParams, repositoryDetail } from "#queries/registry/repository-detail.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "One repository with its tags",
  params: z.object({ id: z.uuid() }),
  query: RepositoryParams.omit({ registryId: true }),
  handle: ({ actor, params, query }) => repositoryDetail(actor, { ...query, registryId: params.id }),
});
