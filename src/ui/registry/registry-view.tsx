"use client";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { PageTabs } from "../page/page-tabs.tsx";
import { RootRecommendations } from "../recommendation/root-recommendations.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { ConnectionTrouble } from "./connection-trouble.tsx";
import { EventsTab } from "./events-tab.tsx";
import { ImagesTab } from "./images-tab.tsx";
import { RegistryFacts } from "./registry-facts.tsx";
import { RegistryHead } from "./registry-head.tsx";
import { RepositoriesTab } from "./repositories-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { SyncProgress } from "./sync-progress.tsx";

const tabs = ["repositories", "images", "recommendations", "events", "settings"] as const;

/** One registry: how well we see it, what it holds, what it has sent, and how it is set up. */
export function RegistryView({ registryId }: { registryId: string }) {
  const view = useView<RegistryDetail>(
    { view: `registries/${registryId}` },
    { topics: [`registry:${registryId}`, "containers"], refetchInterval: 15_000 },
  );
  const registry = view.data;
  return (
    <Page
      title={registry?.name ?? "Registry"}
      crumbs={[{ label: "Registries", href: `${links.containers()}?type=registry` }]}
      freshness={
        <Freshness
          at={registry?.lastDataAt ?? null}
          word="Last data"
          isLate={registry?.signal === "late" || registry?.signal === "stale"}
        />
      }
    >
      {registry ? (
        <Registry registry={registry} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the registry" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={4} />
          )}
        </div>
      )}
    </Page>
  );
}

function Registry({ registry }: { registry: RegistryDetail }) {
  const url = useUrlState();
  const current = tabs.find((tab) => tab === url.get("tab")) ?? "repositories";
  const home = links.registry(registry.id);
  const tab = (name: (typeof tabs)[number], label: string, count?: number) => ({
    label,
    href: name === "repositories" ? home : `${home}?tab=${name}`,
    isCurrent: current === name,
    ...(count === undefined ? {} : { count }),
  });
  return (
    <>
      <RegistryHead registry={registry} />
      <RegistryFacts registry={registry} />
      <ConnectionTrouble registry={registry} />
      <SyncProgress registry={registry} />
      <PageTabs
        label="Registry"
        tabs={[
          tab("repositories", "Repositories", registry.repositories),
          tab("images", "Images", registry.images),
          tab("recommendations", "Recommendations"),
          tab("events", "Events"),
          tab("settings", "Settings"),
        ]}
      />
      {current === "repositories" && <RepositoriesTab registry={registry} />}
      {current === "images" && <ImagesTab registry={registry} />}
      {current === "recommendations" && <RootRecommendations rootId={registry.id} noun="registry" />}
      {current === "events" && <EventsTab registry={registry} />}
      {current === "settings" && <SettingsTab registry={registry} />}
    </>
  );
}
