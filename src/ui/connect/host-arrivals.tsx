"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { EnrolmentList } from "#queries/host/enrolment-list.ts";
import { Icon } from "../icon.tsx";
import { HealthMark } from "../marks/health.tsx";
import { Signal } from "../marks/signal.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./connect.module.css";
import hostStyles from "./host.module.css";

type Arrival = EnrolmentList["arrivals"][number];

/** What has arrived with the token: nothing yet, an agent, a first report. */
export function HostArrivals({ arrivals, uses }: { arrivals: Arrival[]; uses: number }) {
  const reported = arrivals.filter((host) => host.lastReportAt !== null);
  const first = reported[0];
  return (
    <>
      <div>
        <h1>{titleOf(arrivals, reported)}</h1>
        {uses > 1 && (
          <p className={styles.lead}>
            {formatNumber(arrivals.length)} of {plural(uses, "host")} enrolled, {formatNumber(reported.length)}{" "}
            reported.
          </p>
        )}
      </div>
      <div className={hostStyles.wait} data-done={reported.length > 0 || undefined} role="status">
        {arrivals.length === 0 ? (
          <>
            <Icon name="waiting" />
            <span>Waiting for the agent to say hello. This page notices by itself.</span>
          </>
        ) : (
          <ul>
            {arrivals.map((host) => (
              <li key={host.hostId}>
                <ArrivalState host={host} />
                <Link href={links.host(host.hostId)} className="bw-cut" title={host.name}>
                  {host.name}
                </Link>
                <span className="bw-push bw-nowrap">
                  <RelativeTime at={host.lastReportAt ?? host.enrolledAt} ago />
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {first && (
        <div>
          <Button
            component={Link}
            href={reported.length === 1 ? links.host(first.hostId) : `${links.containers()}?type=host`}
            size="lg"
            variant="filled"
            rightSection={<Icon name="arrow" />}
          >
            {reported.length === 1 ? "Open the host" : "Open the hosts"}
          </Button>
        </div>
      )}
    </>
  );
}

function titleOf(arrivals: Arrival[], reported: Arrival[]): string {
  if (reported.length === 1) return `${reported[0]?.name} is connected`;
  if (reported.length > 1) return `${plural(reported.length, "host")} are connected`;
  return arrivals.length > 0 ? "The agent is enrolled" : "Install the agent";
}

function ArrivalState({ host }: { host: Arrival }) {
  if (host.approval === "pending") return <Signal signal="waiting">Waits for approval</Signal>;
  if (host.lastReportAt === null) return <Signal signal="waiting">Enrolled, first report on the way</Signal>;
  return (
    <span className="bw-row-tight">
      <HealthMark health="healthy" />
      Reported
    </span>
  );
}
