"use client";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { PageTabs } from "../page/page-tabs.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { ContainersTab } from "./containers-tab.tsx";
import { ControlsTab } from "./controls-tab.tsx";
import { HostBanners } from "./host-banners.tsx";
import { HostFacts } from "./host-facts.tsx";
import { HostHead } from "./host-head.tsx";
import { type HostTab, hostTab } from "./host-params.ts";
import { ImagesTab } from "./images-tab.tsx";
import { ReportsTab } from "./reports-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

/** One Docker host: its engine, its agent, and every control of the benchmark with what was read. */
export function HostView({ hostId }: { hostId: string }) {
  const view = useView<HostDetail>(
    { view: `hosts/${hostId}` },
    { topics: [`host:${hostId}`], refetchInterval: 30_000 },
  );
  const host = view.data;
  return (
    <Page
      title={host?.name ?? "Docker host"}
      crumbs={[
        { label: "Compute & apps", href: links.containers() },
        { label: "Docker VMs", href: `${links.containers()}?type=host` },
      ]}
      freshness={
        <Freshness
          at={host?.lastReportAt ?? null}
          word="Reported"
          isLate={host?.signal === "late" || host?.signal === "stale" || host?.signal === "unreachable"}
        />
      }
    >
      {host ? (
        <Host host={host} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the host" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={4} />
          )}
        </div>
      )}
    </Page>
  );
}

function Host({ host }: { host: HostDetail }) {
  const url = useUrlState();
  const current = hostTab(url.get("tab"));
  const home = links.host(host.id);
  const tab = (name: HostTab, label: string, count?: number | null) => ({
    label,
    href: name === "cis" ? home : `${home}?tab=${name}`,
    isCurrent: current === name,
    ...(count == null ? {} : { count }),
  });
  const containers =
    host.containersRunning === null
      ? null
      : host.containersRunning + (host.containersPaused ?? 0) + (host.containersStopped ?? 0);
  return (
    <>
      <HostHead host={host} />
      <HostFacts host={host} />
      <HostBanners host={host} />
      <PageTabs
        label="Docker host"
        tabs={[
          tab("cis", "CIS Docker", host.unhealthy),
          tab("containers", "Containers", containers),
          tab("images", "Images", host.imagesTotal),
          tab("reports", "Reports"),
          tab("settings", "Settings"),
        ]}
      />
      {current === "cis" && <ControlsTab host={host} />}
      {current === "containers" && <ContainersTab host={host} />}
      {current === "images" && <ImagesTab host={host} />}
      {current === "reports" && <ReportsTab host={host} />}
      {current === "settings" && <SettingsTab host={host} />}
    </>
  );
}
