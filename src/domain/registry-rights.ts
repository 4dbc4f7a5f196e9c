import { z } from "zod";

/** What Breakwater needs of a registry, each tried and named on its own. */
export const registryRightNames = ["reach", "authenticate", "catalog", "listTags", "pullManifest", "pullBlob"] as const;
export const RegistryRightName = z.enum(registryRightNames);
export type RegistryRightName = z.infer<typeof RegistryRightName>;

/** `skipped` = could not be tried, with the reason; never shown as granted. */
export const RegistryRight = z.object({
  name: RegistryRightName,
  state: z.enum(["granted", "denied", "failed", "skipped"]),
  /** What was tried and what came of it. */
  detail: z.string(),
  /** The exact role or scope that is missing, and where it is granted. */
  missing: z.string().nullable(),
});
export type RegistryRight = z.infer<typeof RegistryRight>;

export const RegistryRights = z.object({
  testedAt: z.iso.datetime(),
  rights: z.array(RegistryRight),
  /** Host that issues tokens, when it is another one than the registry's. */
  tokenRealmHost: z.string().nullable(),
  /** Repository that the pull rights were tried on. */
  triedOn: z.string().nullable(),
});
export type RegistryRights = z.infer<typeof RegistryRights>;

/** Progress of the comparison with the registry, as the pages show it. Times are ISO strings. */
export const RegistrySync = z.object({
  state: z.enum(["running", "done", "failed"]),
  trigger: z.enum(["connected", "schedule", "person"]),
  startedAt: z.string(),
  movedAt: z.string(),
  finishedAt: z.string().nullable(),
  repositoriesTotal: z.number().int(),
  repositoriesDone: z.number().int(),
  tagsFound: z.number().int(),
  pushesFound: z.number().int(),
  deletesFound: z.number().int(),
  /** Repositories held back from being retired: the registry says that it holds nothing any more, which an admin confirms. */
  heldBack: z.number().int().default(0),
  failures: z.array(z.object({ repository: z.string(), reason: z.string() })),
  estimatedSecondsLeft: z.number().int().nullable(),
});
export type RegistrySync = z.infer<typeof RegistrySync>;
