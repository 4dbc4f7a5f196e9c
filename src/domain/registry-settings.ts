import { z } from "zod";

/** How a registry is signed in to. `repositoryToken` has no catalog right, so a person names its repositories. */
export const registryAuthKinds = ["anonymous", "password", "repositoryToken"] as const;
export const RegistryAuthKind = z.enum(registryAuthKinds);
export type RegistryAuthKind = z.infer<typeof RegistryAuthKind>;

/** Name of a repository, OCI Distribution 1.1 §"Pulling manifests", at most 255 characters. */
export const RepositoryName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/,
    "not a repository name",
  );

/** Name of a tag, same specification. */
export const TagName = z.string().regex(/^\w[\w.-]{0,127}$/, "not a tag name");

/** What a person may set on a registry. Missing values of older rows fall back to these defaults. */
export const RegistrySettings = z.object({
  /** Tags that are not followed: names with `*` for any characters. */
  ignoreTags: z.array(z.string().min(1).max(128)).max(50).default([]),
  /** The only repositories to look at; null = all that the catalog lists. */
  repositories: z.array(RepositoryName).max(5000).nullable().default(null),
  /** An image that no tag and no index points to any longer counts as gone. */
  retireUntagged: z.boolean().default(true),
  /** How often the whole registry is compared, in minutes. */
  reconcileMinutes: z.number().int().min(5).max(1440).default(15),
  /** The registry is reached without TLS, and a person said so. */
  plainHttp: z.boolean().default(false),
  /** Loopback port of the demo registry. */
  demoPort: z.number().int().optional(),
});
export type RegistrySettings = z.infer<typeof RegistrySettings>;

/** True when `tag` matches one of the patterns, in which `*` stands for any characters. */
export function isIgnoredTag(tag: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesPattern(tag, pattern));
}

/** Matches without regular expressions, so that no pattern can take long. */
function matchesPattern(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (!text.startsWith(first)) return false;
  if (rest.length === 0) return text.length === first.length;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
