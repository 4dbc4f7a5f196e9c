import type { ReactNode } from "react";
import type { HostContainerDetail } from "#queries/host/host-container.ts";
import { type Fact, FactPairs } from "../page/fact-line.tsx";
import { formatBytes } from "../text/format-number.ts";
import styles from "./host.module.css";

/** How the container was started. Every text comes from the host and is shown as text only. */
export function ContainerSettings({ container: { facts } }: { container: HostContainerDetail }) {
  return (
    <aside className={styles.containerFacts} aria-label="How it runs">
      <Group
        title="Privileges"
        facts={[
          { label: "Privileged", value: facts.privileged ? <b>Yes</b> : "No" },
          { label: "Capabilities added", value: list(facts.capabilitiesAdded) },
          { label: "Capabilities dropped", value: list(facts.capabilitiesDropped) },
          { label: "Security options", value: list(facts.securityOptions) },
          { label: "Root file system", value: facts.readOnlyRoot ? "Read-only" : "Writable" },
          { label: "PID namespace", value: facts.pid ?? "Own" },
          { label: "IPC namespace", value: facts.ipc === null || facts.ipc === "private" ? "Own" : facts.ipc },
        ]}
      />
      <Group
        title="Network"
        facts={[
          { label: "Mode", value: facts.network ?? none },
          { label: "Networks", value: list(facts.networks) },
          {
            label: "Published ports",
            value: list(
              facts.ports.map(
                ({ hostIp, hostPort, containerPort }) =>
                  `${hostIp.includes(":") ? `[${hostIp}]` : hostIp || "all"}:${hostPort} → ${containerPort}`,
              ),
            ),
          },
        ]}
      />
      <Group
        title="Limits"
        facts={[
          { label: "Memory", value: facts.memoryBytes ? formatBytes(facts.memoryBytes) : noLimit },
          { label: "CPUs", value: facts.cpus ?? noLimit },
          { label: "Processes", value: facts.pidsLimit && facts.pidsLimit > 0 ? facts.pidsLimit : noLimit },
          { label: "Restart", value: facts.restart || "no" },
        ]}
      />
      <Group
        title="Mounts"
        facts={[
          {
            label: "From host",
            value: list(
              facts.mounts.map(
                (mount) =>
                  `${mount.source || mount.type || "unknown"} → ${mount.destination ?? "?"}${mount.writable ? "" : " (read-only)"}`,
              ),
            ),
          },
        ]}
      />
      <Group
        title="Start"
        facts={[
          { label: "Command", value: facts.command ? <code className={styles.code}>{facts.command}</code> : none },
          { label: "Environment", value: <Names names={facts.environment} /> },
          {
            label: "Labels",
            value: list(Object.entries(facts.labels).map(([name, value]) => `${name}=${value ?? ""}`)),
          },
        ]}
      />
    </aside>
  );
}

const none = <span className="bw-muted">None</span>;
const noLimit = <span className="bw-muted">No limit</span>;

function Group({ title, facts }: { title: string; facts: Fact[] }) {
  return (
    <section>
      <h3 className="bw-h3">{title}</h3>
      <FactPairs facts={facts} />
    </section>
  );
}

/** Entries one below the other, each cut to its line with the whole of it in the title. */
function list(entries: readonly string[]): ReactNode {
  if (entries.length === 0) return none;
  return (
    <ul className={styles.entries}>
      {[...new Set(entries)].map((entry) => (
        <li key={entry} className="bw-cut" title={entry}>
          {entry}
        </li>
      ))}
    </ul>
  );
}

function Names({ names }: { names: readonly string[] }) {
  return names.length === 0 ? (
    none
  ) : (
    <>
      <span className="bw-muted">Names only, values never leave the host</span>
      {list(names)}
    </>
  );
}
