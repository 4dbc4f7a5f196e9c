import { links } from "#domain/links.ts";
import type { RecommendationKind } from "#domain/recommendation.ts";

interface Named {
  rootId: string;
  resourceKind: RecommendationKind;
  name: string;
}

const hrefs: Record<RecommendationKind, (resource: Named) => string> = {
  repository: ({ rootId, name }) => links.repository(rootId, name),
  registry: ({ rootId }) => links.registry(rootId),
  host: ({ rootId }) => links.host(rootId),
  cluster: () => links.containers(),
};

/** The page of a resource that stands in a recommendation. */
export const resourceHref = (resource: Named): string => hrefs[resource.resourceKind](resource);
