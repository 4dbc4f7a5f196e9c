import Link from "next/link";
import { links } from "#domain/links.ts";
import type { HostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { policyFields, policyValueText } from "../host/policy-fields.ts";
import { EmptyState } from "../state/empty-state.tsx";
import { formatNumber } from "../text/format-number.ts";
import styles from "./docker-hosts.module.css";

interface Props {
  data: HostsPolicy;
  /** The expectation that the list is limited to. */
  only: string | null;
}

/** Hosts with expectations of their own, and what they say. */
export function HostOverrides({ data, only }: Props) {
  const field = policyFields.find(({ key }) => key === only);
  return (
    <section id="overrides" aria-label="Hosts that say otherwise" className={styles.overrides}>
      <div className={styles.head}>
        <h2 className="bw-h2">Hosts that say otherwise</h2>
        <span className="bw-muted" data-list-total={data.overrideTotal}>
          {formatNumber(data.overrideTotal)}
          {field && ` of ${field.label}`}
        </span>
        {only && (
          <Link href={`${links.settings("docker-hosts")}#overrides`} scroll={false}>
            Show all
          </Link>
        )}
      </div>
      {data.overrides.length === 0 ? (
        <EmptyState title={only ? "No host overrides this" : "Every host follows the site"}>
          A host sets expectations of its own on its page, tab Settings.
        </EmptyState>
      ) : (
        <ul className={styles.hosts}>
          {data.overrides.map((host) => (
            <li key={host.hostId}>
              <Link href={`${links.host(host.hostId)}?tab=settings`} className="bw-name">
                {host.name}
              </Link>
              {policyFields
                .filter(({ key }) => key in host.policy && (only === null || key === only))
                .map(({ key, label }) => (
                  <p key={key} className="bw-sub">
                    {label}: <span>{policyValueText(host.policy[key])}</span>
                  </p>
                ))}
            </li>
          ))}
        </ul>
      )}
      {data.overrideTotal > data.overrides.length && (
        <p className="bw-muted">
          {formatNumber(data.overrideTotal)} in all, the first {formatNumber(data.overrides.length)} are listed
        </p>
      )}
    </section>
  );
}
