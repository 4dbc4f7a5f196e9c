"use client";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { useMay } from "../shell/frame-context.tsx";
import { ConnectionSettings } from "./connection-settings.tsx";
import { DetailsForm } from "./details-form.tsx";
import { DisconnectSection } from "./disconnect-section.tsx";
import styles from "./registry.module.css";
import { RulesForm } from "./rules-form.tsx";
import { WebhookSettings } from "./webhook-settings.tsx";

/** Everything about a registry that a person may set. Viewers read it. */
export function SettingsTab({ registry }: { registry: RegistryDetail }) {
  const isAdmin = useMay("admin");
  return (
    <div className={styles.settings}>
      <DetailsForm registry={registry} isAdmin={isAdmin} />
      <RulesForm registry={registry} isAdmin={isAdmin} />
      <ConnectionSettings registry={registry} isAdmin={isAdmin} />
      <WebhookSettings registry={registry} isAdmin={isAdmin} />
      {isAdmin && !registry.isDemo && <DisconnectSection registry={registry} />}
    </div>
  );
}
