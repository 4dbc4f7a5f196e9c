import { links } from "#domain/links.ts";
import type { RecommendationKind } from "#domain/recommendation.ts";

interface Named {
  rootId: string;
  resourceKind: RecommendationKind;
  name: string;
}

/** The page of a resource that stands in a recommendation: of a root its own, of a repository the one in its registry. */
export function resourceHref({ rootId, resourceKind, name }: Named): string {
  return resourceKind === "repository" ? links.repository(rootId, name) : links.root(resourceKind, rootId);
}
