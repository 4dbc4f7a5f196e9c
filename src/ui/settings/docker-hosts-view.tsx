"use client";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { HostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { toProblem } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { policyFault } from "../host/policy-fault.ts";
import { policyOf, policyTexts } from "../host/policy-fields.ts";
import { PolicyFieldset } from "../host/policy-fieldset.tsx";
import { SaveLine } from "../registry/save-line.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import styles from "./docker-hosts.module.css";
import { HostOverrides } from "./host-overrides.tsx";
import { RestorePolicy } from "./restore-policy.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** What the site expects of its Docker hosts, who changed it last, and which hosts say otherwise. */
export function DockerHostsView() {
  const url = useUrlState();
  const override = url.get("override");
  const view = useView<HostsPolicy>(
    { view: "settings/docker-hosts", params: { override } },
    { topics: ["containers"] },
  );
  const data = view.data;
  return (
    <Page title="Settings">
      <SettingsTabs />
      {data ? (
        <div className={styles.page}>
          <SiteForm key={data.updatedAt} data={data} />
          <HostOverrides data={data} only={override ?? null} />
        </div>
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the expectations" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={8} />
          )}
        </div>
      )}
    </Page>
  );
}

function SiteForm({ data }: { data: HostsPolicy }) {
  const isAdmin = useMay("admin");
  const saved = policyTexts(data.policy);
  const [texts, setTexts] = useState(saved);
  const save = useChange<void, { hosts: number }>(() => ({
    method: "PUT",
    path: "/api/v1/settings/docker-hosts",
    body: { policy: policyOf(texts, data.policy), basedOn: data.updatedAt },
  }));
  const isChanged = JSON.stringify(policyOf(texts, null)) !== JSON.stringify(policyOf(saved, null));
  return (
    <section aria-label="Expectations">
      <div className={styles.head}>
        <h2 className="bw-h2">What the site expects of its Docker hosts</h2>
        {isAdmin && data.previous && <RestorePolicy data={data} previous={data.previous} />}
      </div>
      <p className="bw-second">
        They decide CIS controls on every host that says nothing else. What is not set follows the benchmark. Saving
        assesses the last report of {plural(data.hosts, "host")} again.{" "}
        {data.updatedAt
          ? `Last changed by ${data.updatedBy ?? "somebody"}, ${formatMinute(data.updatedAt)}.`
          : "Nobody has changed them yet: the benchmark holds."}
      </p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <PolicyFieldset
          texts={texts}
          change={setTexts}
          isAdmin={isAdmin}
          inherited={(key) => ({ value: data.benchmark[key], from: "benchmark" })}
          fault={(key) => policyFault(save.problem, key)}
          note={(key) => <OverrideLink field={key} count={data.overrideCounts[key] ?? 0} />}
        />
        {isAdmin && (
          <div className={styles.save} data-changed={isChanged || undefined}>
            <SaveLine change={save} isChanged={isChanged} />
          </div>
        )}
      </form>
    </section>
  );
}

function OverrideLink({ field, count }: { field: string; count: number }) {
  if (count === 0) return null;
  return (
    <Link
      className={styles.override}
      href={`${links.settings("docker-hosts")}?override=${encodeURIComponent(field)}#overrides`}
    >
      {formatNumber(count)} {count === 1 ? "host says" : "hosts say"} otherwise
    </Link>
  );
}
