"use client";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useMay } from "../shell/frame-context.tsx";
import { DetailsForm } from "./details-form.tsx";
import styles from "./host.module.css";
import { ManagedSection } from "./managed-section.tsx";
import { PolicyForm } from "./policy-form.tsx";
import { RemoveSection } from "./remove-section.tsx";
import { TokenSection } from "./token-section.tsx";

/** Everything about a host that a person may set. Viewers read it. */
export function SettingsTab({ host }: { host: HostDetail }) {
  const isAdmin = useMay("admin");
  return (
    <div className={styles.settings}>
      <div className={styles.settingsRow}>
        <DetailsForm host={host} isAdmin={isAdmin} />
        {host.managed && <ManagedSection host={host} managed={host.managed} isAdmin={isAdmin} />}
        {isAdmin && !host.isDemo && <TokenSection host={host} />}
        {isAdmin && !host.isDemo && <RemoveSection host={host} />}
      </div>
      <PolicyForm host={host} isAdmin={isAdmin} />
    </div>
  );
}
