import type { ViewSource } from "../data/view-key.ts";

export const hostTabs = ["cis", "containers", "images", "reports", "settings"] as const;
export type HostTab = (typeof hostTabs)[number];

/** The tab that an address names; the first one when it names none. */
export function hostTab(text: string | undefined): HostTab {
  return hostTabs.find((tab) => tab === text) ?? "cis";
}

type Params = Record<string, string | undefined>;

/**
 * Where the controls of the first tab come from; the same on server and browser, so that prefetched data is found. An
 * address without a section shows the one of its control, so that a link to a control needs only its name. The open control
 * stays in sight when its status leaves the filter, for example because it was just confirmed.
 */
export function controlsView(hostId: string, params: Params): ViewSource {
  const { benchmark, section, status, control } = params;
  return {
    view: `hosts/${hostId}/controls`,
    params: { benchmark, status, section: section ?? "auto", ...(section && !status ? {} : { control }) },
  };
}

/** Where the list of containers comes from. */
export function containersView(hostId: string, params: Params): ViewSource {
  return { view: `hosts/${hostId}/containers`, params: { q: params.q, state: params.state } };
}
