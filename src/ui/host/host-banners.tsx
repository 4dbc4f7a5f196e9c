"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useChange } from "../data/use-change.ts";
import { Icon, type IconName } from "../icon.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { formatAge, plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import styles from "./host.module.css";

/** A clock that is off by less is not worth a word. */
const SKEW_SECONDS = 120;

/** What keeps this page from being complete or right, each in plain words with the next step. */
export function HostBanners({ host }: { host: HostDetail }) {
  return (
    <>
      {host.approval === "pending" && <Pending host={host} />}
      {host.signal === "unreachable" || host.signal === "stale" ? <Silent host={host} /> : null}
      {host.lastReportAt === null && host.approval === "approved" && (
        <Banner icon="waiting" title="The first report is on the way" isQuiet>
          The agent is enrolled. Its report shows here within a minute. If it does not, look at{" "}
          {host.isThisMachine ? (
            <Link href="/connect/host">what it says</Link>
          ) : (
            "its log on the host: journalctl -u breakwater-agent"
          )}
          .
        </Banner>
      )}
      {host.managed && <Managed host={host} managed={host.managed} />}
      {host.refused && (
        <Banner icon="noRight" title={`A report was refused at ${formatMinute(host.refused.at)}`}>
          {host.refused.reason} What is shown is of the last report that was accepted.
        </Banner>
      )}
      {host.cloneReason && <Clone host={host} reason={host.cloneReason} />}
      {Math.abs(host.clockSkewSeconds) > SKEW_SECONDS && (
        <Banner
          icon="clock"
          title={`The clock of this host is off by ${formatAge(Math.abs(host.clockSkewSeconds) * 1000)}`}
        >
          It runs {host.clockSkewSeconds > 0 ? "behind" : "ahead of"} the server. Times here are the server's. Switch on
          time synchronisation on the host: timedatectl set-ntp true
        </Banner>
      )}
      {host.droppedReports > 0 && (
        <Banner icon="clock" title={`The agent gave up ${plural(host.droppedReports, "report")}`} isQuiet>
          The server was away for longer than its spool holds. Changes in between are missing from the history; the
          present state is complete.
        </Banner>
      )}
    </>
  );
}

function Pending({ host }: { host: HostDetail }) {
  const isAdmin = useMay("admin");
  const approve = useChange(() => ({ method: "POST", path: `/api/v1/hosts/${host.id}/approve` }));
  return (
    <Banner
      icon="lock"
      title="This host waits for approval"
      action={
        isAdmin && (
          <Button variant="filled" loading={approve.isRunning} onClick={() => approve.run()}>
            Approve
          </Button>
        )
      }
    >
      {approve.problem?.detail ??
        `It was enrolled with a token that asks for approval. ${
          host.waitingReports > 0
            ? `${plural(host.waitingReports, "report")} ${host.waitingReports === 1 ? "waits" : "wait"} and will be assessed.`
            : "Its reports are kept until then."
        } Approve it only if you know this machine.`}
    </Banner>
  );
}

function Silent({ host }: { host: HostDetail }) {
  if (host.isThisMachine) return <SilentHere host={host} />;
  return (
    <Banner icon="clock" title={host.seenAt ? `Silent since ${formatMinute(host.seenAt)}` : "This host is silent"}>
      Everything below is as old as the last report. Look at the host: systemctl status breakwater-agent. When the host
      is gone for good, <Link href={`${links.host(host.id)}?tab=settings`}>remove it</Link>.
    </Banner>
  );
}

/** Its agent is a process that Breakwater's launcher keeps: no service to look at, a button to press. */
function SilentHere({ host }: { host: HostDetail }) {
  return (
    <Banner
      icon="clock"
      title={host.seenAt ? `Silent since ${formatMinute(host.seenAt)}` : "This host is silent"}
      action={
        <Button component={Link} href="/connect/host">
          Start the agent
        </Button>
      }
    >
      {host.stateReason ?? "Its agent runs on the machine that Breakwater runs on."} Everything below is as old as the
      last report.
    </Banner>
  );
}

function Managed({ host, managed }: { host: HostDetail; managed: NonNullable<HostDetail["managed"]> }) {
  const settings = <Link href={`${links.host(host.id)}?tab=settings#managed`}>Change this</Link>;
  return (
    <Banner icon="cluster" title={`Managed by ${managed.manager}`} isQuiet>
      Recognised by {managed.signals.join(", ")}.{" "}
      {host.assessManaged
        ? "An admin decided that it is assessed all the same."
        : "Whoever manages it answers for its configuration, so the CIS controls do not apply."}{" "}
      {settings}
    </Banner>
  );
}

function Clone({ host, reason }: { host: HostDetail; reason: string }) {
  const isAdmin = useMay("admin");
  const clear = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/hosts/${host.id}`,
    body: { clearCloneFlag: true },
  }));
  return (
    <Banner
      icon="copy"
      title="This may be a clone"
      action={
        isAdmin && (
          <Button loading={clear.isRunning} onClick={() => clear.run()}>
            It is not a clone
          </Button>
        )
      }
    >
      {clear.problem?.detail ?? reason} {host.cloneOf && <Link href={links.host(host.cloneOf)}>The other host.</Link>}{" "}
      Give each machine its own id (systemd-machine-id-setup) and enrol it anew: empty /var/lib/breakwater-agent before
      a machine becomes a template.
    </Banner>
  );
}

interface BannerProps {
  icon: IconName;
  title: string;
  isQuiet?: boolean;
  action?: ReactNode;
  children: ReactNode;
}

function Banner({ icon, title, isQuiet = false, action, children }: BannerProps) {
  return (
    <div className={`${styles.banner} ${isQuiet ? styles.quiet : ""}`}>
      <Icon name={icon} />
      <b>{title}</b>
      <p>{children}</p>
      {action && <span className={styles.bannerAction}>{action}</span>}
    </div>
  );
}
