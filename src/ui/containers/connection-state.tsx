import Link from "next/link";
import type { ResourceRow } from "#queries/count/containers-overview.ts";
import { Signal } from "../marks/signal.tsx";
import styles from "./containers.module.css";
import { kinds, resourceHref } from "./kind.ts";

type Row = Pick<ResourceRow, "signal" | "stateReason" | "expectedIntervalSeconds" | "rootId" | "kind" | "name">;

/** How well we see a resource. Connected is quiet; bad sight is plum, with the way to fix it. */
export function ConnectionState({ row }: { row: Row & ResourceRow }) {
  const reason = row.stateReason ?? undefined;
  switch (row.signal) {
    case "connected":
      return <span className="bw-muted">Connected</span>;
    case "degraded":
      return (
        <span className="bw-muted" title={reason}>
          {kinds[row.kind].degraded(row)}
        </span>
      );
    case "paused":
      return (
        <span className="bw-muted" title={reason}>
          Paused
        </span>
      );
    case "late":
    case "stale":
    case "waiting":
      return <Signal signal={row.signal} {...(reason ? { title: reason } : {})} />;
    case "noRight":
    case "unreachable":
      return (
        <span className={styles.state}>
          <Signal signal={row.signal} {...(reason ? { title: reason } : {})}>
            {row.signal === "unreachable" ? kinds[row.kind].unreachable : undefined}
          </Signal>
          <Link
            href={`${resourceHref(row)}${kinds[row.kind].settings}`}
            aria-label={`Fix the connection of ${row.name}`}
          >
            Fix
          </Link>
        </span>
      );
  }
}
