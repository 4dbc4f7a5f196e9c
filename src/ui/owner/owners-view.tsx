"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { OWNER_NONE } from "#domain/owner.ts";
import type { OwnerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { SettingsTabs } from "../settings/settings-tabs.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { plural } from "../text/format-number.ts";
import { OwnMembership } from "./own-membership.tsx";
import styles from "./owner.module.css";
import { OwnerRulesForm } from "./owner-rules-form.tsx";

/** How owners are found, who there is, and which of them are one's own. */
export function OwnersView() {
  const view = useView<OwnerSettingsView>({ view: "owners" }, { topics: ["containers"] });
  const data = view.data;
  return (
    <Page title="Settings">
      <SettingsTabs />
      {data ? (
        <div className={styles.page}>
          <OwnMembership key={`mine ${JSON.stringify(data.mine)}`} data={data} />
          <OwnerRulesForm key={JSON.stringify([data.labels, data.defaultOwner, data.rules])} data={data} />
          <WhoOwns data={data} />
        </div>
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the owners" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={8} />
          )}
        </div>
      )}
    </Page>
  );
}

function WhoOwns({ data: { owners, unowned } }: { data: OwnerSettingsView }) {
  const words = ({ repositories, roots }: { repositories: number; roots: number }) =>
    `${plural(repositories, "repository", "repositories")}, ${plural(roots, "registry or host", "registries and hosts")}`;
  return (
    <section className={styles.section} aria-label="Who answers for what">
      <h2 className="bw-h2">Who answers for what</h2>
      <ul>
        {owners.map((owner) => (
          <li key={owner.name}>
            <Link href={`${links.containers()}?owner=${encodeURIComponent(owner.name)}`}>{owner.name}</Link>{" "}
            <span className="bw-second">{words(owner)}</span>
          </li>
        ))}
        <li>
          <Link href={`${links.containers()}?owner=${encodeURIComponent(OWNER_NONE)}`}>No owner</Link>{" "}
          <span className="bw-second">{words(unowned)}</span>
        </li>
      </ul>
    </section>
  );
}
