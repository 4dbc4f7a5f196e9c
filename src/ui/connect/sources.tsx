"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useChange } from "../data/use-change.ts";
import { Icon, type IconName } from "../icon.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { connectable, engineName } from "./local-machine.ts";
import styles from "./sources.module.css";
import { useLocalAgents } from "./this-machine.tsx";

interface Source {
  title: string;
  text: string;
  icon: IconName;
  time: string;
  need: string;
  never: string;
  /** Where it is connected; none while this version cannot. */
  connect?: { label: string; href: string };
  /** The machine that Breakwater runs on may be one. */
  isMachine?: boolean;
}

const sources: Source[] = [
  {
    title: "Container registry",
    text: "Finds vulnerable packages in every image, seconds after it is pushed.",
    icon: "registry",
    time: "About 3 minutes",
    need: "You need: the right to read images",
    never: "Never pushes, retags or deletes",
    connect: { label: "Connect a registry", href: "/connect/registry" },
  },
  {
    title: "AKS cluster",
    text: "Checks its settings and keeps a history of every change.",
    icon: "cluster",
    time: "About 2 minutes",
    need: "You need: Reader on the cluster",
    never: "Never reads your secrets",
  },
  {
    title: "Docker VM",
    text: "Answers every CIS Docker control with the value that was read.",
    icon: "host",
    time: "One command; it needs systemd there",
    need: "You need: root on the VM, once",
    never: "Never sends secrets or values of variables",
    connect: { label: "Connect a Docker host", href: "/connect/host" },
    isMachine: true,
  },
];

/** What can be connected: each with its time, the right it needs, and what it never does. */
export function Sources() {
  const isAdmin = useMay("admin");
  return (
    <div className={styles.sources}>
      {sources.map((source) => (
        <section key={source.title} className={styles.source} data-later={source.connect ? undefined : ""}>
          <span className={styles.icon}>
            <Icon name={source.icon} size={20} />
          </span>
          <h2>{source.title}</h2>
          <p>{source.text}</p>
          <ul className={styles.needs}>
            <li>
              <Icon name="clock" />
              {source.time}
            </li>
            <li>
              <Icon name="shield" />
              {source.need}
            </li>
            <li>
              <Icon name="cross" />
              {source.never}
            </li>
          </ul>
          <div className={styles.action}>
            {source.isMachine ? (
              <MachineAction source={source} isAdmin={isAdmin} />
            ) : (
              <Action source={source} isAdmin={isAdmin} />
            )}
          </div>
        </section>
      ))}
    </div>
  );
}

function Action({ source, isAdmin }: { source: Source; isAdmin: boolean }) {
  if (!source.connect) return "This version cannot connect it yet";
  if (!isAdmin) return "An admin connects it";
  return (
    <Button component={Link} href={source.connect.href} size="lg" variant="filled" rightSection={<Icon name="arrow" />}>
      {source.connect.label}
    </Button>
  );
}

/** One click when an engine is there on the machine that Breakwater itself runs on; else the wizard. */
function MachineAction({ source, isAdmin }: { source: Source; isAdmin: boolean }) {
  const found = connectable(useLocalAgents().data?.machines ?? []);
  const router = useRouter();
  const start = useChange(
    () => ({ method: "PUT", path: `/api/v1/local-agents/${found?.machine.id}` }),
    () => router.push("/connect/host"),
  );
  if (!found) return <Action source={source} isAdmin={isAdmin} />;
  const name = engineName(found.engine);
  if (!isAdmin) return `${name} runs on this machine. An admin connects it with one click`;
  return (
    <div className={styles.machine}>
      <p role="status">{start.problem?.detail ?? `${name} was found on this machine.`}</p>
      <Button size="lg" variant="filled" loading={start.isRunning} onClick={() => start.run()}>
        Connect this machine
      </Button>
      <Button component={Link} href="/connect/host" size="lg">
        Another
      </Button>
    </div>
  );
}
