import type { ExemptionCondition, ExemptionScope } from "#domain/exemption.ts";

/** What an exemption is about, as the dialog sends it. */
export interface ExemptionTarget {
  subject: { kind: "rule" | "vulnerability"; id: string };
  scope?: Partial<ExemptionScope>;
  conditions?: ExemptionCondition[];
}

/** One answer to "where?": words and the targets it stands for (several for a selection). */
export interface ScopeChoice {
  value: string;
  label: string;
  /** Said below the label, for example that it also holds for what comes. */
  meaning?: string;
  targets: ExemptionTarget[];
}

/** The answers for one vulnerability: this place, its repository, its registry, everywhere. The narrowest comes first. */
export function vulnerabilityScopes(
  key: string,
  at: {
    registryId: string;
    registryName: string;
    repositoryId: string;
    repository: string;
    digest?: string;
    packageName?: string;
  },
): ScopeChoice[] {
  const { registryId: rootId, registryName, repositoryId, repository, digest, packageName } = at;
  const target = (scope: Partial<ExemptionScope>): ExemptionTarget[] => [
    { subject: { kind: "vulnerability", id: key }, scope },
  ];
  return [
    ...(digest && packageName
      ? [
          {
            value: "package",
            label: `In ${packageName} of this image`,
            meaning: "Other packages of the image that have it still count",
            targets: target({ rootId, repositoryId, resourceId: digest, packageName }),
          },
        ]
      : []),
    ...(digest
      ? [
          {
            value: "place",
            label: `This image in ${repository}`,
            targets: target({ rootId, repositoryId, resourceId: digest }),
          },
        ]
      : []),
    {
      value: "repository",
      label: `All of ${repository}`,
      meaning: "Also images that are pushed there later",
      targets: target({ rootId, repositoryId }),
    },
    {
      value: "registry",
      label: `All of ${registryName}`,
      meaning: "Every repository of it",
      targets: target({ rootId }),
    },
    { value: "all", label: "Everywhere", meaning: "Every registry, also those that come", targets: target({}) },
  ];
}

/** The answers for a rule on one root. Items are the failing ones that are not exempt. */
export function ruleScopes(
  ruleId: string,
  at: { rootId: string; noun: string; items: readonly string[] },
): ScopeChoice[] {
  const { rootId, noun, items } = at;
  const subject = { kind: "rule", id: ruleId } as const;
  return [
    ...items.map((item) => ({
      value: `item ${item}`,
      label: item,
      meaning: `One item of it on this ${noun}`,
      targets: [{ subject, scope: { rootId, item } }],
    })),
    { value: "root", label: `The control on this ${noun}`, targets: [{ subject, scope: { rootId } }] },
    {
      value: "all",
      label: `The control on every ${noun}, also on those that come`,
      targets: [{ subject, scope: {} }],
    },
  ];
}
