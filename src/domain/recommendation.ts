import { rootKinds } from "./resource.ts";
/**
 * What a recommendation counts. The images of a repository are counted with their repository, so that a hundred thousand
 * images do not drown a hundred hosts. A new kind of resource does not compile until it has its words here.
 */
export const recommendationKinds = ["repository", ...rootKinds] as const;
export type RecommendationKind = (typeof recommendationKinds)[number];

/** One and many of what a recommendation counts. */
export const recommendationUnits: Record<RecommendationKind, readonly [one: string, many: string]> = {
  repository: ["repository", "repositories"],
  registry: ["registry", "registries"],
  host: ["Docker host", "Docker hosts"],
  cluster: ["cluster", "clusters"],
};

/** Every status under which a resource can stand in a recommendation, in the order of its lists. */
export const recommendationStatuses = ["unhealthy", "unknown", "manual", "exempt", "healthy", "notApplicable"] as const;
export type RecommendationStatus = (typeof recommendationStatuses)[number];
export type RecommendationCounts = Record<RecommendationStatus, number>;
