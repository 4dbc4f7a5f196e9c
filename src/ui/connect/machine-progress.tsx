"use client";
import type { LocalMachine } from "#queries/host/local-agents.ts";
import { Icon } from "../icon.tsx";
import { RelativeTime } from "../text/relative-time.tsx";
import { phaseOf } from "./local-machine.ts";
import styles from "./this-machine.module.css";

/** Started, enrolled, first report: how far the agent is. */
export function MachineProgress({ machine }: { machine: LocalMachine }) {
  const { host } = machine;
  const done = { starting: 0, enrolled: 2, running: 3 }[phaseOf(machine) as "starting" | "enrolled" | "running"] ?? 0;
  const steps = [
    done > 0 ? "The agent runs" : "The agent starts",
    host && done > 1 ? `Enrolled as ${host.name}` : "It enrols",
    "First report",
  ];
  return (
    <ol className={styles.steps}>
      {steps.map((step, index) => (
        <li key={step} data-done={index < done || undefined} data-current={index === done || undefined}>
          <Icon name={index < done ? "check" : "waiting"} />
          <span className={styles.step}>{step}</span>
          {index === 2 && host?.lastReportAt && (
            <span className="bw-push bw-nowrap bw-muted">
              last report <RelativeTime at={host.lastReportAt} ago />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
