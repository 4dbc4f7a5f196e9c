"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { ansibleTask, cloudInit, composeFile, installLine } from "#domain/agent-install.ts";
import type { AgentFacts } from "#queries/host/agent-download.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { CodeBlock } from "../text/code-block.tsx";
import { formatBytes } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import styles from "./connect.module.css";
import type { Enrolment } from "./connect-host-view.tsx";
import hostStyles from "./host.module.css";
import { HostPromises } from "./host-promises.tsx";

interface Props {
  enrolment: Enrolment;
  /** The token was for one host, and that has reported. */
  isUsedUp: boolean;
  /** Starts over with another token. */
  again: () => void;
}

const ways = [
  { value: "line", label: "One line" },
  { value: "cloud-init", label: "cloud-init" },
  { value: "ansible", label: "Ansible" },
  { value: "compose", label: "Compose" },
  { value: "executable", label: "Without Node" },
] as const;
type Way = (typeof ways)[number]["value"];

/** Ways to put the agent on a host, each ready to paste. The token is in them and shown only now. */
export function HostInstallStep({ enrolment, isUsedUp, again }: Props) {
  const [way, setWay] = useState<Way>("line");
  const facts = useView<AgentFacts>({ view: "agent/facts" });
  if (isUsedUp) {
    return (
      <div className={styles.foot}>
        <Button size="lg" onClick={again}>
          Connect another host
        </Button>
      </div>
    );
  }
  return (
    <section className={styles.body} aria-label="Install">
      <p className={styles.lead}>
        The token below works until {formatMinute(enrolment.expiresAt)} and cannot be shown again.
      </p>
      {facts.error && (
        <p className={styles.confirm} role="alert">
          {toProblem(facts.error).detail}
        </p>
      )}
      <div className={hostStyles.ways} role="tablist" aria-label="Ways to install">
        {ways.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            role="tab"
            id={`way-${value}`}
            aria-selected={way === value}
            aria-controls="way"
            onClick={() => setWay(value)}
          >
            {label}
          </button>
        ))}
      </div>
      <div id="way" role="tabpanel" aria-labelledby={`way-${way}`} className="bw-stack">
        <Snippets way={way} enrolment={enrolment} facts={facts.data ?? null} />
      </div>
      {facts.data && (
        <p className={hostStyles.sum}>
          The script checks the agent ({formatBytes(facts.data.bytes)}) against SHA-256{" "}
          <span className="bw-mono">{facts.data.sha256}</span> and installs nothing else.
        </p>
      )}
      <HostPromises />
      <div className={styles.foot}>
        <Button size="lg" onClick={again}>
          Another token
        </Button>
        <span className={styles.why}>You may leave this page. Hosts appear in the list as they report.</span>
      </div>
    </section>
  );
}

interface SnippetsProps {
  way: Way;
  enrolment: Enrolment;
  facts: AgentFacts | null;
}

function Snippets({ way, enrolment: { server, token }, facts }: SnippetsProps) {
  const agent = `${server}/api/v1/agent/breakwater-agent.mjs`;
  switch (way) {
    case "line":
      return (
        <>
          <p>
            Paste it into a shell on the host. It needs root and systemd there, and Node 22.18 or newer
            {facts?.executable ? `; without Node it takes the single executable for ${facts.executable.machine}` : ""}.
          </p>
          <CodeBlock code={installLine(server, token)} name="install line" wraps />
        </>
      );
    case "cloud-init":
      return (
        <>
          <p>User data of a scale set or a golden image. Each new machine enrols itself.</p>
          <CodeBlock code={cloudInit(server, token)} name="cloud-init" />
        </>
      );
    case "ansible":
      return (
        <>
          <p>A task for your inventory. It runs once on each host.</p>
          <CodeBlock code={ansibleTask(server, token)} name="Ansible task" />
        </>
      );
    case "compose":
      return (
        <>
          <p>For hosts without systemd or Node: fetch the agent, then start it as a container that only reads.</p>
          <CodeBlock code={fetchAgent(agent, facts?.sha256 ?? null)} name="download" wraps />
          <CodeBlock code={composeFile(server, token)} name="compose file" />
        </>
      );
    case "executable":
      return (
        <>
          {facts?.executable ? (
            <>
              <p>
                For hosts without Node: one file of {formatBytes(facts.executable.bytes)} for {facts.executable.machine}
                , with Node inside.
              </p>
              <CodeBlock
                code={`curl -fsSO ${server}/api/v1/agent/breakwater-agent && echo "${facts.executable.sha256}  breakwater-agent" | sha256sum -c - && chmod +x breakwater-agent`}
                name="download"
                wraps
              />
            </>
          ) : (
            <>
              <p>
                For hosts without Node. This server has no single executable: it is built once it has started, for its
                own kind of machine. For another kind, build it there in a checkout of Breakwater.
              </p>
              <CodeBlock code="node scripts/build-agent.mjs --executable" name="build" wraps />
            </>
          )}
          <CodeBlock
            code={`sudo BREAKWATER_ENROL_TOKEN=${token} ./breakwater-agent run --server ${server}`}
            name="start"
            wraps
          />
        </>
      );
  }
}

function fetchAgent(address: string, sha256: string | null): string {
  const fetch = `curl -fsSO ${address}`;
  return sha256 === null ? fetch : `${fetch} && echo "${sha256}  breakwater-agent.mjs" | sha256sum -c -`;
}
