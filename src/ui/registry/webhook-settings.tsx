"use client";
import { Button } from "@mantine/core";
import { type WebhookSnippet, webhookSnippets } from "#domain/webhook-snippets.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { useChange } from "../data/use-change.ts";
import { CodeBlock } from "../text/code-block.tsx";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./registry.module.css";
import { WebhookSnippets } from "./webhook-snippets.tsx";

interface Rotated {
  webhook: { url: string; token: string; snippets: WebhookSnippet[] };
}

/** How the registry tells us about pushes. The token is shown once, right after it was made. */
export function WebhookSettings({ registry, isAdmin }: { registry: RegistryDetail; isAdmin: boolean }) {
  const rotate = useChange<void, Rotated>(() => ({
    method: "POST",
    path: `/api/v1/registries/${registry.id}/secret`,
    body: { what: "webhookToken" },
  }));
  const fresh = rotate.result?.webhook;
  const token = fresh?.token ?? "<webhook token>";
  const snippets =
    fresh?.snippets ?? webhookSnippets({ url: registry.webhookUrl, token, registryHost: new URL(registry.url).host });
  return (
    <section id="webhook">
      <h2 className="bw-h2">Webhook</h2>
      <p>
        {registry.lastEventAt ? (
          <>
            Last event <RelativeTime at={registry.lastEventAt} ago />.
          </>
        ) : (
          <>No event has arrived. Pushes are found by comparing every {registry.settings.reconcileMinutes} min.</>
        )}
      </p>
      <div className="bw-stack">
        <div>
          <h3 className="bw-h3">Address</h3>
          <CodeBlock code={registry.webhookUrl} name="webhook address" wraps />
        </div>
        {fresh ? (
          <div>
            <h3 className="bw-h3">Token, shown once</h3>
            <CodeBlock code={fresh.token} name="webhook token" wraps />
          </div>
        ) : (
          <p className="bw-second">
            {registry.tokenPrefix ? (
              <>
                Its token starts with <span className="bw-mono">{registry.tokenPrefix}</span>, last used{" "}
                {registry.tokenUsedAt ? <RelativeTime at={registry.tokenUsedAt} ago /> : "never"}.
              </>
            ) : (
              "It has no token, so no event is accepted."
            )}
          </p>
        )}
        {isAdmin && !fresh && (
          <div className={styles.buttons}>
            <Button loading={rotate.isRunning} onClick={() => rotate.run()}>
              Make a new token
            </Button>
            <span className={rotate.problem ? styles.fault : "bw-muted"} role="status">
              {rotate.problem?.detail ?? "The old one stops working at once."}
            </span>
          </div>
        )}
        <WebhookSnippets snippets={snippets} />
      </div>
    </section>
  );
}
