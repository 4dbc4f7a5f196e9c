import { shortDigest } from "#domain/digest.ts";
import type { ExemptionItem } from "#queries/exemption/exemption-list.ts";
import { conditionWords } from "./exemption-words.ts";

type Scope = Pick<
  ExemptionItem,
  "kind" | "rootName" | "rootId" | "repository" | "repositoryId" | "resourceId" | "item" | "packageName" | "conditions"
>;

/** Where an exemption holds, in one line: "openssl of image 3f2a… in shop/api of registry". */
export function scopeWords(scope: Scope): string {
  const parts = narrowWords(scope);
  const where =
    scope.repositoryId !== null
      ? `${scope.repository ?? "a repository that is gone"} of ${scope.rootName ?? "a registry that is gone"}`
      : scope.rootId !== null
        ? (scope.rootName ?? "A source that is gone")
        : "Everywhere";
  return parts.length > 0 ? `${parts.join(", ")} in ${where === "Everywhere" ? "every place" : where}` : where;
}

/** The parts below a root, repository or everything: package, image, item, conditions. */
export function narrowWords({ resourceId, item, packageName, conditions }: Scope): string[] {
  return [
    ...(item ? [item] : []),
    ...(packageName ? [`Package ${packageName}`] : []),
    ...(resourceId ? [`Image ${shortDigest(resourceId)}`] : []),
    ...conditions.map(conditionWords),
  ];
}
