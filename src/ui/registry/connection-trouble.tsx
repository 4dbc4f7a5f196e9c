"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { useChange } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { RelativeTime } from "../text/relative-time.tsx";
import { sentence } from "../words/sentence.ts";
import styles from "./registry.module.css";

/** An admin's word that a registry without contents was emptied on purpose. */
function AcceptEmpty({ registryId }: { registryId: string }) {
  const accept = useChange(() => ({ method: "POST", path: `/api/v1/registries/${registryId}/resync?mayBeEmpty=1` }));
  if (!useMay("admin")) return null;
  return (
    <Button size="compact-sm" variant="default" loading={accept.isRunning} onClick={() => accept.run()}>
      {accept.problem ? accept.problem.detail : "It was emptied on purpose"}
    </Button>
  );
}

/** Says what keeps us from seeing the registry, since when, the exact missing right, and where to fix it. */
export function ConnectionTrouble({ registry }: { registry: RegistryDetail }) {
  const missing = registry.rights?.rights.filter((right) => right.state === "denied" || right.state === "failed") ?? [];
  const settings = `${links.registry(registry.id)}?tab=settings`;
  switch (registry.state) {
    case "connected":
    case "connecting":
      return null;
    case "paused":
      return (
        <div className={`${styles.trouble} ${styles.quietTrouble}`} role="status">
          <Icon name="pause" />
          <p>
            {sentence(registry.stateReason ?? "Scanning is paused")} New pushes are noted and scanned after it is
            resumed. Figures are of <RelativeTime at={registry.lastDataAt} ago />.
          </p>
        </div>
      );
    case "degraded":
      return (
        <div className={`${styles.trouble} ${styles.quietTrouble}`} role="status">
          <Icon name="clock" />
          <p>
            {sentence(
              registry.stateReason ??
                `No webhook event has arrived. Polling every ${registry.settings.reconcileMinutes} min`,
            )}
          </p>
          {registry.sync?.heldBack ? (
            <AcceptEmpty registryId={registry.id} />
          ) : (
            <Link href={`${settings}#webhook`}>Set up the webhook</Link>
          )}
        </div>
      );
    case "noRight":
    case "unreachable":
      return (
        <div className={styles.trouble} role="status">
          <Icon name="noRight" />
          <p>
            <b>{registry.state === "noRight" ? "A right is missing" : "The registry does not answer"}</b>, since{" "}
            <RelativeTime at={registry.stateSince} ago />. {registry.stateReason}
          </p>
          <Link href={`${settings}#connection`}>Fix</Link>
          {missing.map((right) => (
            <p key={right.name}>{right.missing ? `Missing: ${right.missing}` : right.detail}</p>
          ))}
        </div>
      );
  }
}
