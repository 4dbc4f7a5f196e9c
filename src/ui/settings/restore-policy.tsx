"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { HostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { useChange } from "../data/use-change.ts";
import { policyFields, policyValueText } from "../host/policy-fields.ts";
import { plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import { Confirm } from "./confirm.tsx";
import styles from "./settings.module.css";

interface Props {
  data: HostsPolicy;
  previous: NonNullable<HostsPolicy["previous"]>;
}

/** Takes the last change back: shows what would differ, then swaps the two. */
export function RestorePolicy({ data, previous }: Props) {
  const [isOpen, setOpen] = useState(false);
  const restore = useChange<void, { hosts: number }>(
    () => ({
      method: "PUT",
      path: "/api/v1/settings/docker-hosts",
      body: { policy: previous.policy, basedOn: data.updatedAt },
    }),
    () => setOpen(false),
  );
  const differing = policyFields.filter(
    ({ key }) => JSON.stringify(data.policy[key]) !== JSON.stringify(previous.policy[key]),
  );
  const text = (policy: Record<string, unknown>, key: string) =>
    key in policy ? policyValueText(policy[key]) : `${policyValueText(data.benchmark[key])} (benchmark)`;
  return (
    <>
      <Button size="xs" onClick={() => setOpen(true)}>
        Restore previous
      </Button>
      <Confirm
        title="Restore the previous expectations"
        isOpen={isOpen}
        close={() => setOpen(false)}
        action="Restore"
        onConfirm={() => restore.run()}
        isRunning={restore.isRunning}
        problem={restore.problem}
      >
        <p>
          As {previous.updatedBy ?? "somebody"} saved them, {formatMinute(previous.updatedAt)}. The last report of{" "}
          {plural(data.hosts, "host")} is assessed again. What holds now is kept and can be restored the same way.
        </p>
        {differing.length === 0 ? (
          <p>Nothing differs.</p>
        ) : (
          <table className={styles.diff}>
            <thead>
              <tr>
                <th>Expectation</th>
                <th>Now</th>
                <th>Restored</th>
              </tr>
            </thead>
            <tbody>
              {differing.map(({ key, label }) => (
                <tr key={key} data-changed>
                  <th>{label}</th>
                  <td>{text(data.policy, key)}</td>
                  <td>{text(previous.policy, key)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Confirm>
    </>
  );
}
