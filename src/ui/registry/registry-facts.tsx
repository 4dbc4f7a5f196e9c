import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { FactLine } from "../page/fact-line.tsx";
import { CopyButton } from "../text/copy-button.tsx";
import { Figure } from "../text/figure.tsx";
import { formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

const signIns: Record<string, string> = {
  anonymous: "Without an account",
  password: "User name",
  repositoryToken: "Repository token",
};

/** Login server, identity, webhook, last comparison and posture in one line. */
export function RegistryFacts({ registry }: { registry: RegistryDetail }) {
  const host = new URL(registry.url).host;
  const known = registry.healthy + registry.unhealthy;
  const images = (posture: string) => `${links.registry(registry.id)}?tab=images&posture=${posture}`;
  return (
    <FactLine
      facts={[
        {
          label: registry.kind === "acr" ? "Login server" : "Address",
          value: (
            <>
              <span className="bw-mono">{host}</span>
              <CopyButton value={host} name="address" />
            </>
          ),
        },
        {
          label: "Signs in with",
          value: (
            <>
              {signIns[registry.authKind] ?? registry.authKind}
              {registry.username && <span className="bw-muted">{registry.username}</span>}
            </>
          ),
        },
        {
          label: "Webhook",
          value: registry.lastEventAt ? (
            <RelativeTime at={registry.lastEventAt} ago />
          ) : (
            <span className="bw-muted">No event yet, polling every {registry.settings.reconcileMinutes} min</span>
          ),
        },
        {
          label: "Compared",
          value: registry.lastReconciledAt ? <RelativeTime at={registry.lastReconciledAt} ago /> : "Not yet",
        },
        {
          label: "Unhealthy images",
          value: (
            <>
              <Figure
                value={known === 0 ? null : registry.unhealthy}
                href={images("unhealthy")}
                name="unhealthy images"
              />
              <span className="bw-muted">of {formatNumber(registry.images)}</span>
            </>
          ),
        },
        registry.unknown > 0 && {
          label: "Not assessed",
          value: <Figure value={registry.unknown} href={images("unknown")} name="images not assessed" />,
        },
        {
          label: "Owner",
          value: registry.effectiveOwner ?? <span className="bw-muted">None</span>,
        },
        registry.environment !== null && { label: "Environment", value: registry.environment },
      ]}
    />
  );
}
