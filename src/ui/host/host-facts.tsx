import Link from "next/link";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { Tag } from "../marks/tag.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { Figure } from "../text/figure.tsx";
import { formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

const agentStates: Record<string, string> = {
  connected: "connected",
  degraded: "connecting",
  late: "late",
  stale: "silent",
  unreachable: "silent",
  waiting: "waiting",
  noRight: "refused",
  paused: "paused",
};

/** Engine, contents, system, agent and owner in one line. */
export function HostFacts({ host }: { host: HostDetail }) {
  const tab = (name: string) => `${links.host(host.id)}?tab=${name}`;
  const isSilent = host.signal !== null && host.signal !== "connected" && host.signal !== "degraded";
  return (
    <FactLine
      facts={[
        {
          label: host.engineKind === "podman" ? "Podman version" : "Docker version",
          value: (
            <>
              {host.dockerVersion ?? <span className="bw-muted">Not known</span>}
              {host.isRootless && <Tag tone="line">Rootless</Tag>}
            </>
          ),
        },
        {
          label: "Images",
          value: (
            <>
              <Figure value={host.imagesTotal} href={tab("images")} name="images" />
              {host.imagesInUse !== null && <span className="bw-muted">{formatNumber(host.imagesInUse)} in use</span>}
            </>
          ),
        },
        { label: "Containers", value: <Containers host={host} href={tab("containers")} /> },
        { label: "System", value: <System name={host.operatingSystem} /> },
        {
          label: "Agent",
          value: (
            <>
              <span className={isSilent ? "bw-signal" : undefined}>
                {host.agentVersion ?? "No version"}, {agentStates[host.signal ?? "waiting"] ?? host.state}
              </span>
              <span className="bw-muted">
                {host.lastReportAt ? (
                  <>
                    report <RelativeTime at={host.lastReportAt} now={host.readAt} ago />
                  </>
                ) : (
                  "no report yet"
                )}
              </span>
            </>
          ),
        },
        ...(host.otherEngines.length > 0
          ? [{ label: "Other engines here", value: <OtherEngines engines={host.otherEngines} /> }]
          : []),
        { label: "Owner", value: host.effectiveOwner ?? <span className="bw-muted">None</span> },
        { label: "Environment", value: host.environment ?? <span className="bw-muted">None</span> },
      ]}
    />
  );
}

/** Engines of the same machine: each is a host of its own, with controls of its own. */
function OtherEngines({ engines }: { engines: HostDetail["otherEngines"] }) {
  return (
    <>
      {engines.map(({ id, name }) => (
        <Link key={id} href={links.host(id)}>
          {name}
        </Link>
      ))}
    </>
  );
}

/** "Debian GNU/Linux 12" of "Debian GNU/Linux 12 (bookworm)"; the whole of it in the title. */
function System({ name }: { name: string | null }) {
  if (name === null) return <span className="bw-muted">Not known</span>;
  return <span title={name}>{name.replace(/\s*\([^()]*\)/g, "").trim() || name}</span>;
}

function Containers({ host, href }: { host: HostDetail; href: string }) {
  return (
    <>
      <span>
        <Figure value={host.containersRunning} href={`${href}&state=running`} name="running containers" />{" "}
        {host.containersRunning !== null && <span className="bw-muted">running</span>}
      </span>
      {(host.containersPaused ?? 0) > 0 && (
        <span className="bw-muted">{formatNumber(host.containersPaused ?? 0)} paused</span>
      )}
      {host.containersStopped !== null && (
        <span className="bw-muted">{formatNumber(host.containersStopped)} stopped</span>
      )}
    </>
  );
}
