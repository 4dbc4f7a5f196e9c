"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { WebhookSnippet } from "#domain/webhook-snippets.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import type { RegistryRepositories } from "#queries/registry/registry-repositories.ts";
import { useListView, useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { SyncProgress } from "../registry/sync-progress.tsx";
import { WebhookSnippets } from "../registry/webhook-snippets.tsx";
import { CodeBlock } from "../text/code-block.tsx";
import { plural } from "../text/format-number.ts";
import styles from "./connect.module.css";

export interface Connected {
  id: string;
  href: string;
  webhook: { url: string; token: string; snippets: WebhookSnippet[] };
}

const SHOWN = 8;

/** What arrives, live, and the webhook with its token, which is shown only here. */
export function DoneStep({ connected }: { connected: Connected }) {
  const topics = [`registry:${connected.id}`, "containers"] as const;
  const home = `registries/${connected.id}`;
  const detail = useView<RegistryDetail>({ view: home }, { topics, refetchInterval: 3000 }).data;
  const list = useListView<RegistryRepositories>({ view: `${home}/repositories` }, { topics, refetchInterval: 3000 });
  const repositories = list.data?.pages[0];
  return (
    <>
      <div>
        <h1>{detail?.name ?? "The registry"} is connected</h1>
        <p className={styles.lead}>
          {detail && detail.images > 0
            ? `${plural(detail.images, "image")} in ${plural(detail.repositories, "repository", "repositories")} so far. You may leave this page, the work goes on.`
            : "Its repositories are being read. You may leave this page, the work goes on."}
        </p>
      </div>
      {detail && (
        <div style={{ margin: "0 calc(-1 * var(--bw-pad))" }}>
          <SyncProgress registry={detail} />
        </div>
      )}
      {repositories && repositories.rows.length > 0 && (
        <ul className="bw-stack" style={{ gap: 6 }} aria-label="Repositories found">
          {repositories.rows.slice(0, SHOWN).map((row) => (
            <li key={row.id} className="bw-row">
              <Link href={links.repository(connected.id, row.name)} className="bw-cut">
                {row.name}
              </Link>
              <span className="bw-push">
                <SeverityCounts counts={row} spread="inline" />
              </span>
            </li>
          ))}
          {repositories.matching > SHOWN && (
            <li>
              <Link href={links.registry(connected.id)}>
                {plural(repositories.matching - SHOWN, "more repository", "more repositories")}
              </Link>
            </li>
          )}
        </ul>
      )}
      <div className="bw-stack">
        <div>
          <h2 className="bw-h2" style={{ fontSize: 14, lineHeight: "20px" }}>
            Create the webhook, so that a push is scanned within seconds
          </h2>
          <p className="bw-second">
            Without it the registry is compared every {detail?.settings.reconcileMinutes ?? 15} min.
          </p>
        </div>
        <div>
          <h3 className="bw-h3">Token, shown only now</h3>
          <CodeBlock code={connected.webhook.token} name="webhook token" wraps />
        </div>
        <WebhookSnippets snippets={connected.webhook.snippets} />
      </div>
      <div className={styles.foot}>
        <Button component={Link} href={connected.href} size="lg" variant="filled" rightSection={<Icon name="arrow" />}>
          Open the registry
        </Button>
        <Button component={Link} href={links.containers()} size="lg">
          All resources
        </Button>
      </div>
    </>
  );
}
