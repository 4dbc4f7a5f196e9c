import { z } from "zod";

/** The name of a team or person that answers for something. */
export const OwnerName = z.string().trim().min(1, "must not be empty").max(200);

/** What a rule matches: the whole name of a repository, the part before its last slash, or the name of a host. */
export const ownerRuleKinds = ["repository", "namespace", "host"] as const;
export const OwnerRuleKind = z.enum(ownerRuleKinds);
export type OwnerRuleKind = z.infer<typeof OwnerRuleKind>;

/** One rule. The first that matches counts; * in the pattern stands for any text. */
export const OwnerRule = z.object({
  kind: OwnerRuleKind,
  pattern: z.string().trim().min(1, "must not be empty").max(400),
  /** Only in this registry; null = in all. */
  rootId: z.uuid().nullable().default(null),
  owner: OwnerName,
});
export type OwnerRule = z.infer<typeof OwnerRule>;

/** Where an owner comes from, in the order in which they are asked. */
export const ownerSources = ["label", "rule", "tag", "default"] as const;
export const OwnerSource = z.enum(ownerSources);
export type OwnerSource = z.infer<typeof OwnerSource>;

/** Values of an owner filter that are no name. */
export const OWNER_MINE = "@mine";
export const OWNER_NONE = "@none";
