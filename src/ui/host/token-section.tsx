"use client";
import { Button } from "@mantine/core";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useChange } from "../data/use-change.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./host.module.css";

/** The agent's token: when it was exchanged last, and the button that has the agent exchange it. */
export function TokenSection({ host }: { host: HostDetail }) {
  const rotate = useChange(() => ({ method: "POST", path: `/api/v1/hosts/${host.id}/token-rotation` }));
  const isAsked = host.rotateRequestedAt !== null;
  return (
    <section id="token">
      <h2 className="bw-h2">Agent token</h2>
      <p>
        The agent fetches a new token with its next sign of life; the old one works until the new one is used, so
        nothing is lost. If you think that somebody else has the token, do not rotate it: remove the host and enrol it
        again.
      </p>
      <div className="bw-row bw-wrap">
        <Button loading={rotate.isRunning} disabled={isAsked} onClick={() => rotate.run()}>
          Rotate agent token
        </Button>
        <span role="status" className={rotate.problem ? styles.fault : "bw-muted"}>
          {rotate.problem?.detail ??
            (isAsked ? "The agent is asked. The old token works until the new one is used." : null)}
          {!rotate.problem && !isAsked && host.tokenRotatedAt && (
            <>
              Rotated <RelativeTime at={host.tokenRotatedAt} now={host.readAt} ago />
            </>
          )}
        </span>
      </div>
    </section>
  );
}
