"use client";
import { Button } from "@mantine/core";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useChange } from "../data/use-change.ts";
import styles from "./host.module.css";

interface Props {
  host: HostDetail;
  managed: NonNullable<HostDetail["managed"]>;
  isAdmin: boolean;
}

/** A host that a cloud service manages: how it was recognised, and an admin's decision to assess it all the same. */
export function ManagedSection({ host, managed, isAdmin }: Props) {
  const change = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/hosts/${host.id}`,
    body: { assessManaged: !host.assessManaged },
  }));
  return (
    <section id="managed">
      <h2 className="bw-h2">Managed by {managed.manager}</h2>
      <p>
        {host.assessManaged
          ? "An admin decided that this host is assessed. Its controls count like those of any other."
          : "Its CIS controls are not applicable, because whoever manages it answers for its configuration."}
      </p>
      <ul className={styles.bullets}>
        {managed.signals.map((signal) => (
          <li key={signal}>{signal}</li>
        ))}
      </ul>
      {isAdmin && (
        <div className="bw-row bw-wrap" style={{ marginTop: 12 }}>
          <Button loading={change.isRunning} onClick={() => change.run()}>
            {host.assessManaged ? "Do not assess it" : "Assess it all the same"}
          </Button>
          <span role="status" className={change.problem ? styles.fault : "bw-muted"}>
            {change.problem?.detail ?? "The last report is assessed again at once."}
          </span>
        </div>
      )}
    </section>
  );
}
