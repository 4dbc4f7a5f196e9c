"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { LocalAgents, LocalMachine } from "#queries/host/local-agents.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { Confirm } from "../settings/confirm.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { RelativeTime } from "../text/relative-time.tsx";
import { engineName, phaseOf, wordOf } from "./local-machine.ts";
import { MachineProgress } from "./machine-progress.tsx";
import styles from "./this-machine.module.css";

/** The machines that Breakwater runs on, as the launcher sees them. */
export function useLocalAgents() {
  return useView<LocalAgents>(
    { view: "local-agents" },
    { topics: ["local-agents", "containers"], refetchInterval: 10_000 },
  );
}

/** Connects the machine that Breakwater itself runs on, in one click. */
export function ThisMachines() {
  const view = useLocalAgents();
  const machines = view.data?.machines ?? [];
  const shown = machines.filter((machine) => machine.engines.length > 0 || machine.state !== "absent");
  if (!view.data) return null;
  if (shown.length === 0) {
    return (
      <p className={styles.none}>
        {machines.length === 0
          ? "Breakwater's launcher does not answer here, so its own machine cannot be connected from this page."
          : "No container engine was found on the machine that Breakwater runs on. Start Docker there and it is offered here."}
      </p>
    );
  }
  return shown.map((machine) => <MachineCard key={machine.id} machine={machine} isOnly={machines.length === 1} />);
}

function MachineCard({ machine, isOnly }: { machine: LocalMachine; isOnly: boolean }) {
  const isAdmin = useMay("admin");
  const path = `/api/v1/local-agents/${machine.id}`;
  const start = useChange(() => ({ method: "PUT", path }));
  const phase = phaseOf(machine);
  const fault = start.problem?.detail ?? machine.problem;
  const name = isOnly ? "This machine" : `Machine ${machine.hostname}`;
  return (
    <section className={styles.card} aria-label={name} data-phase={phase}>
      <header className={styles.head}>
        <span className={styles.icon}>
          <Icon name="host" size={20} />
        </span>
        <div className={styles.title}>
          <h2>{name}</h2>
          <Engines machine={machine} />
        </div>
        <span className={styles.state} data-phase={phase} role="status">
          {wordOf(phase)}
        </span>
      </header>
      {(phase === "starting" || phase === "enrolled" || phase === "running") && <MachineProgress machine={machine} />}
      {fault && phase !== "running" && phase !== "blocked" && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
      {machine.lastError && phase !== "failed" && phase !== "stopped" && (
        <p className={styles.fault} role="alert">
          The agent says: {machine.lastError}
        </p>
      )}
      {(phase === "available" || phase === "stopped" || phase === "failed") && <Rights machine={machine} />}
      <footer className={styles.foot}>
        {isAdmin ? (
          <Actions machine={machine} start={{ run: () => start.run(), isRunning: start.isRunning }} />
        ) : (
          <span className={styles.quiet}>Only an admin may start the agent.</span>
        )}
      </footer>
    </section>
  );
}

/** "Docker 28.2 at /var/run/docker.sock", and why another cannot be read. */
function Engines({ machine }: { machine: LocalMachine }) {
  return (
    <ul className={styles.engines}>
      {machine.engines.map((engine) => (
        <li key={engine.socket}>
          {engine.problem ? (
            engine.problem
          ) : (
            <>
              {engineName(engine)} at <span className="bw-mono">{engine.socket}</span>
            </>
          )}
        </li>
      ))}
      {machine.engines.length === 0 && <li>No container engine is there now</li>}
    </ul>
  );
}

function Rights({ machine }: { machine: LocalMachine }) {
  const others = machine.engines.filter(({ problem }) => problem === null).length - 1;
  return (
    <p className={styles.quiet}>
      The agent is a process of its own beside Breakwater. It asks the engine with GET alone and writes only its own
      folder; the pages never touch the socket.{" "}
      {machine.isRoot
        ? ""
        : `It runs as ${machine.account}, so files that only root may read stay unknown, and the controls that need them say so. `}
      {others > 0 ? "It reads each engine that answers; each becomes a host of its own." : ""}
    </p>
  );
}

function Actions({ machine, start }: { machine: LocalMachine; start: { run: () => void; isRunning: boolean } }) {
  const phase = phaseOf(machine);
  const { host, twin } = machine;
  switch (phase) {
    case "twin":
      return (
        <span className={styles.quiet}>
          Another agent reports this machine as {twin && <Link href={links.host(twin.id)}>{twin.name}</Link>}. Remove
          that host first when it no longer does.
        </span>
      );
    case "blocked":
      return <span className={styles.quiet}>It is offered here as soon as an engine can be read.</span>;
    case "available":
    case "failed":
    case "stopped":
      return (
        <>
          <Button size="lg" variant="filled" loading={start.isRunning} onClick={start.run}>
            {phase === "available" ? "Start the agent on this machine" : "Start the agent again"}
          </Button>
          {phase === "stopped" && host && (
            <span className={styles.quiet}>
              {machine.wantedBy && machine.wantedAt && (
                <>
                  Stopped by {machine.wantedBy} <RelativeTime at={machine.wantedAt} ago />.{" "}
                </>
              )}
              <Link href={links.host(host.id)}>{host.name}</Link> stays listed as silent.
            </span>
          )}
        </>
      );
    case "starting":
    case "enrolled":
    case "running":
    case "stopping":
      return (
        <>
          {host && phase !== "stopping" && (
            <Button
              component={Link}
              href={links.host(host.id)}
              size="lg"
              variant="filled"
              rightSection={<Icon name="arrow" />}
            >
              Open the host
            </Button>
          )}
          <StopButton machine={machine} isStopping={phase === "stopping"} />
        </>
      );
  }
}

function StopButton({ machine, isStopping }: { machine: LocalMachine; isStopping: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const stop = useChange(
    () => ({ method: "DELETE", path: `/api/v1/local-agents/${machine.id}` }),
    () => setOpen(false),
  );
  return (
    <>
      <Button size="lg" loading={isStopping} onClick={() => setOpen(true)}>
        Stop the agent
      </Button>
      <Confirm
        title={`Stop the agent of ${machine.host?.name ?? machine.hostname}`}
        isOpen={isOpen}
        close={() => setOpen(false)}
        action="Stop"
        onConfirm={() => stop.run()}
        isRunning={stop.isRunning}
        problem={stop.problem}
      >
        The agent ends and nothing new is read. The host stays listed as silent, with its last report and its history.
        Starting the agent again goes on with the same host.
      </Confirm>
    </>
  );
}
