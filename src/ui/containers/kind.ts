import { links } from "#domain/links.ts";
import type { RootKind } from "#domain/resource.ts";
import type { IconName } from "../icon.tsx";

/** Words and icon of what can be connected. */
export const kinds: Record<RootKind, { one: string; many: string; icon: IconName }> = {
  registry: { one: "Registry", many: "Registries", icon: "registry" },
  cluster: { one: "AKS cluster", many: "AKS clusters", icon: "cluster" },
  host: { one: "Docker VM", many: "Docker VMs", icon: "host" },
};

/** The page of a resource. */
export function resourceHref(row: { kind: RootKind; rootId: string }): string {
  return links.root(row.kind, row.rootId);
}
