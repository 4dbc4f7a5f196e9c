import { links } from "#domain/links.ts";
import type { RootKind } from "#domain/resource.ts";
import type { IconName } from "../icon.tsx";
import { formatAge, plural } from "../text/format-number.ts";

interface KindWords {
  one: string;
  many: string;
  icon: IconName;
  /** What the figures of its row count. */
  unit: string;
  /** Where one is connected. */
  connect: string;
  /** Where a broken connection is mended, after the address of its page. */
  settings: string;
  /** What it holds, below its name. */
  detail: (row: { detail: string; repositoryCount: number }) => string;
  /** Its state while only some of its data arrives. */
  degraded: (row: { expectedIntervalSeconds: number }) => string;
  /** Its state when it cannot be reached, where there is a better word for it. */
  unreachable?: string;
  /** Nothing is in it, which is no fault. */
  empty?: [title: string, detail: string];
}

/** Words, icon and places of what can be connected: the one record that the pages of all kinds read. */
export const kinds: Record<RootKind, KindWords> = {
  registry: {
    one: "Registry",
    many: "Registries",
    icon: "registry",
    unit: "image",
    connect: "/connect/registry",
    settings: "?tab=settings",
    detail: (row) => `Registry · ${plural(row.repositoryCount, "repo")}`,
    degraded: (row) => `Polling ${formatAge(row.expectedIntervalSeconds * 1000)}`,
    empty: ["No images yet", "The registry is empty"],
  },
  cluster: {
    one: "AKS cluster",
    many: "AKS clusters",
    icon: "cluster",
    unit: "control",
    connect: "/connect",
    settings: "?tab=settings",
    detail: (row) => `AKS cluster · ${row.detail}`,
    degraded: () => "Connecting",
  },
  host: {
    one: "Docker VM",
    many: "Docker VMs",
    icon: "host",
    unit: "control",
    connect: "/connect/host",
    settings: "",
    detail: (row) => row.detail,
    degraded: () => "Connecting",
    unreachable: "Silent",
  },
};

/** The page of a resource. */
export function resourceHref(row: { kind: RootKind; rootId: string }): string {
  return links.root(row.kind, row.rootId);
}
