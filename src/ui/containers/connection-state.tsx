import Link from "next/link";
import type { ResourceRow } from "#queries/count/containers-overview.ts";
import { Signal } from "../marks/signal.tsx";
import { formatAge } from "../text/format-number.ts";
import styles from "./containers.module.css";
import { resourceHref } from "./kind.ts";

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
          {row.kind === "registry" ? `Polling ${formatAge(row.expectedIntervalSeconds * 1000)}` : "Connecting"}
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
            {row.kind === "host" && row.signal === "unreachable" ? "Silent" : undefined}
          </Signal>
          <Link
            href={row.kind === "host" ? resourceHref(row) : `${resourceHref(row)}?tab=settings`}
            aria-label={`Fix the connection of ${row.name}`}
          >
            Fix
          </Link>
        </span>
      );
  }
}
