"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { AdvisorySources } from "#queries/advisory/advisory-sources.ts";
import { toProblem } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { SettingsTabs } from "../settings/settings-tabs.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatBounded, formatNumber, plural } from "../text/format-number.ts";
import styles from "./advisories.module.css";
import { ImportDialog } from "./import-dialog.tsx";
import { ImportList } from "./import-list.tsx";
import { SourceTable } from "./source-table.tsx";

/** Where advisories come from, how old they are, and every import with what it changed or would change. */
export function AdvisoriesView() {
  const query = useView<AdvisorySources>({ view: "advisories" }, { topics: ["advisories"] });
  const [isImporting, setImporting] = useState(false);
  const isAdmin = useMay("admin");
  const refresh = useChange(() => ({ method: "POST", path: "/api/v1/advisories/refresh" }));
  const sources = query.data;
  const actions = isAdmin && (
    <>
      <Button
        leftSection={<Icon name="refresh" />}
        onClick={() => refresh.run()}
        disabled={refresh.isRunning || Boolean(sources?.feedsOff)}
      >
        Look for news
      </Button>
      <Button variant="filled" leftSection={<Icon name="plus" />} onClick={() => setImporting(true)}>
        Import
      </Button>
    </>
  );
  return (
    <Page title="Settings" freshness={sources && <Freshness at={sources.changedAt} word="Advisories changed" />}>
      <SettingsTabs actions={actions} />
      {refresh.problem && (
        <p className="bw-signal bw-pad" role="alert">
          {refresh.problem.detail}
        </p>
      )}
      {sources ? (
        <div className={styles.page}>
          <Summary sources={sources} />
          <ImportList />
          <section aria-label="Sources">
            <h2 className="bw-h2">Sources</h2>
            <SourceTable sources={sources} startImport={isAdmin ? () => setImporting(true) : undefined} />
          </section>
        </div>
      ) : (
        <div className="bw-pad">
          {query.error ? (
            <ErrorCard
              what="the advisory sources"
              problem={toProblem(query.error)}
              retry={() => void query.refetch()}
            />
          ) : (
            <LoadingBars count={8} />
          )}
        </div>
      )}
      <ImportDialog isOpen={isImporting} close={() => setImporting(false)} />
    </Page>
  );
}

function Summary({ sources }: { sources: AdvisorySources }) {
  const withRecords = sources.items.filter((source) => source.records > 0).length;
  return (
    <section aria-label="Summary" className="bw-second">
      {sources.records === 0 ? (
        <p className="bw-signal">
          <b>No advisories are loaded,</b> so no image can be assessed. Import a file or an address, or let Breakwater
          read the public feeds.
        </p>
      ) : (
        <p>
          {plural(sources.records, "record")} from {plural(withRecords, "source")}, version{" "}
          {formatNumber(Number(sources.advisoriesVersion))}.
          {sources.waitingPackages > 0 &&
            ` ${formatBounded(sources.waitingPackages)} package versions wait to be matched again.`}
        </p>
      )}
      {sources.feedsOff && <p>{sources.feedsOff}</p>}
      {sources.waitingImports > 0 && (
        <p className="bw-signal">
          <b>{plural(sources.waitingImports, "import waits", "imports wait")} for a decision,</b> because they would
          change unusually much.
        </p>
      )}
    </section>
  );
}
