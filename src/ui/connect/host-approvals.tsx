"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { EnrolmentList } from "#queries/host/enrolment-list.ts";
import { useChange } from "../data/use-change.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./connect.module.css";
import hostStyles from "./host.module.css";

/** Hosts that enrolled with a token that asks for approval. Nothing is shown while none waits. */
export function HostApprovals({ waiting }: { waiting: EnrolmentList["arrivals"] }) {
  const approve = useChange<string>((hostId) => ({ method: "POST", path: `/api/v1/hosts/${hostId}/approve` }));
  if (waiting.length === 0) return null;
  return (
    <section className={hostStyles.approvals} aria-label="Waiting for approval">
      <h2 style={{ fontSize: 14, lineHeight: "20px" }}>Waiting for approval</h2>
      <p className="bw-second">Approve only machines that you know. Their reports wait until then.</p>
      <ul>
        {waiting.map((host) => (
          <li key={host.hostId}>
            <Link href={links.host(host.hostId)} className="bw-cut" title={host.name}>
              {host.name}
            </Link>
            <span className="bw-muted bw-nowrap">
              enrolled <RelativeTime at={host.enrolledAt} ago />
            </span>
            <Button className="bw-push" disabled={approve.isRunning} onClick={() => approve.run(host.hostId)}>
              Approve<span className="bw-hidden"> {host.name}</span>
            </Button>
          </li>
        ))}
      </ul>
      {approve.problem && (
        <p className={styles.why} data-fault role="alert">
          {approve.problem.detail}
        </p>
      )}
    </section>
  );
}
