"use client";
import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import type { HostControls } from "#queries/host/host-controls.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { allFixes } from "#ui/assessment/all-fixes.ts";
import { callApi } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { PageHead } from "../page/page-head.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { plural } from "../text/format-number.ts";
import styles from "./host.module.css";
import { hostHealth } from "./host-words.ts";

/** Name, one state mark and what a person can do. */
export function HostHead({ host }: { host: HostDetail }) {
  const { health, words } = hostHealth(host);
  return (
    <PageHead
      title={host.name}
      marks={
        <>
          <Health health={health}>{words}</Health>
          {host.isDemo && <DemoTag />}
        </>
      }
      actions={<Actions host={host} />}
    />
  );
}

function Actions({ host }: { host: HostDetail }) {
  const isAnalyst = useMay("analyst");
  const clipboard = useClipboard({ timeout: 2000 });
  const ask = useChange<void, { withinSeconds: number }>(() => ({
    method: "POST",
    path: `/api/v1/hosts/${host.id}/report-request`,
  }));
  const copy = async () => {
    const found = await callApi<HostControls>(`/api/v1/hosts/${host.id}/controls?status=unhealthy`);
    clipboard.copy(allFixes(host.name, found.controls));
  };
  const isAsked = host.reportRequestedAt !== null;
  const minutes = plural(Math.max(1, Math.ceil((ask.result?.withinSeconds ?? host.heartbeatSeconds) / 60)), "minute");
  return (
    <>
      <span role="status" className={ask.problem ? styles.fault : "bw-muted"}>
        {ask.problem?.detail ?? (isAsked ? `The agent is asked, its report comes within ${minutes}` : "")}
      </span>
      <Button variant="subtle" leftSection={<Icon name="print" />} onClick={() => window.print()}>
        Print
      </Button>
      {host.unhealthy > 0 && (
        <Button leftSection={<Icon name={clipboard.copied ? "check" : "copy"} />} onClick={() => void copy()}>
          {clipboard.copied ? "Copied" : "Copy all fixes"}
        </Button>
      )}
      {isAnalyst && (
        <Button
          leftSection={<Icon name="refresh" />}
          loading={ask.isRunning}
          disabled={isAsked}
          title={`The agent answers with its next sign of life, within ${minutes}`}
          onClick={() => ask.run()}
        >
          Ask agent to report
        </Button>
      )}
    </>
  );
}
