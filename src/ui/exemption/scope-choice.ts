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

/** The answers for several vulnerabilities in one place: the same scopes, each with one target per vulnerability. */
export function selectionScopes(keys: readonly string[], at: Parameters<typeof vulnerabilityScopes>[1]): ScopeChoice[] {
  const [first, ...others] = keys.map((key) => vulnerabilityScopes(key, at));
  return (first ?? []).map((choice) => ({
    ...choice,
    targets: [choice, ...others.map((scopes) => scopes.find(({ value }) => value === choice.value))].flatMap(
      (one) => one?.targets ?? [],
    ),
  }));
}

/** The answers for one vulnerability on its own page, where no place is at hand: what the list is limited to, and everywhere. */
export function pageScopes(
  key: string,
  limits: { registryId?: string | undefined; repositoryId?: string | undefined; digest?: string | undefined },
): ScopeChoice[] {
  const { registryId, repositoryId, digest } = limits;
  const subject = { kind: "vulnerability", id: key } as const;
  const everywhere = {
    value: "all",
    label: "Everywhere",
    meaning: "Every registry, also those that come",
    targets: [{ subject }],
  };
  const scope = {
    ...(registryId ? { rootId: registryId } : {}),
    ...(registryId && repositoryId ? { repositoryId } : {}),
    ...(digest ? { resourceId: digest } : {}),
  };
  if (Object.keys(scope).length === 0) return [everywhere];
  const what = digest ? "image" : repositoryId ? "repository" : "registry";
  return [
    { value: "list", label: `The ${what} that this list is limited to`, targets: [{ subject, scope }] },
    everywhere,
  ];
}

/** The answers for places of one vulnerability that are selected: those images there, their repositories, their registries. */
export function placeScopes(
  key: string,
  places: readonly { registryId: string; repositoryId: string; digest: string }[],
): ScopeChoice[] {
  const subject = { kind: "vulnerability", id: key } as const;
  const once = (scopes: Partial<ExemptionScope>[]): ExemptionTarget[] =>
    [...new Map(scopes.map((scope) => [JSON.stringify(scope), scope])).values()].map((scope) => ({ subject, scope }));
  const repositories = once(places.map(({ registryId, repositoryId }) => ({ rootId: registryId, repositoryId })));
  const registries = once(places.map(({ registryId }) => ({ rootId: registryId })));
  return places.length === 0
    ? []
    : [
        {
          value: "places",
          label:
            places.length === 1
              ? "This image in its repository"
              : `These ${places.length} images in their repositories`,
          targets: once(
            places.map(({ registryId, repositoryId, digest }) => ({
              rootId: registryId,
              repositoryId,
              resourceId: digest,
            })),
          ),
        },
        {
          value: "repositories",
          label: repositories.length === 1 ? "Its whole repository" : `Their ${repositories.length} repositories`,
          meaning: "Also images that are pushed there later",
          targets: repositories,
        },
        {
          value: "registries",
          label: registries.length === 1 ? "Its whole registry" : `Their ${registries.length} registries`,
          targets: registries,
        },
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
