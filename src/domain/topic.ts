import type { RootKind } from "./resource.ts";

/** Lists that live pages can follow as a whole. */
export const listTopics = [
  "containers",
  "recommendations",
  "vulnerabilities",
  "notices",
  "advisories",
  "jobs",
  "audit",
  "accounts",
  "local-agents",
] as const;

/** What live pages can follow. A topic carries no data: the browser refetches the query that it is allowed to see. */
export type ChangeTopic = (typeof listTopics)[number] | `${RootKind}:${string}` | `image:${string}`;

/** The topic of one root. */
export const rootTopic = (kind: RootKind, rootId: string): ChangeTopic => `${kind}:${rootId}`;
