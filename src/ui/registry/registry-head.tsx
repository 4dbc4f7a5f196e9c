"use client";
import { Button, Menu } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { useChange } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { Signal } from "../marks/signal.tsx";
import { DemoTag, Kev, SeverityTag } from "../marks/tag.tsx";
import { PageHead } from "../page/page-head.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { plural } from "../text/format-number.ts";
import styles from "./registry.module.css";

/** Title, one state mark and what an admin can do. */
export function RegistryHead({ registry }: { registry: RegistryDetail }) {
  const isAdmin = useMay("admin");
  return (
    <PageHead
      title={registry.name}
      marks={
        <>
          {registry.critical > 0 && (
            <SeverityTag severity="critical">{plural(registry.critical, "critical", "critical")}</SeverityTag>
          )}
          {registry.kev > 0 && <Kev />}
          {registry.isDemo && <DemoTag />}
          <StateMark registry={registry} />
        </>
      }
      actions={isAdmin && <Actions registry={registry} />}
    />
  );
}

function StateMark({ registry }: { registry: RegistryDetail }) {
  const { signal } = registry;
  if (signal === null || signal === "waiting") return <Signal signal="waiting" />;
  if (signal === "connected") return <span className="bw-muted">Connected</span>;
  if (signal === "paused") return <span className="bw-muted">Paused</span>;
  if (signal === "degraded")
    return <span className="bw-muted">{registry.state === "connecting" ? "Connecting" : "Degraded"}</span>;
  return <Signal signal={signal} />;
}

function Actions({ registry }: { registry: RegistryDetail }) {
  const home = `/api/v1/registries/${registry.id}`;
  const test = useChange(() => ({ method: "POST", path: `${home}/test` }));
  const resync = useChange(() => ({ method: "POST", path: `${home}/resync` }));
  const isPaused = registry.state === "paused";
  const pause = useChange(() => ({ method: "POST", path: `${home}/pause`, body: { paused: !isPaused } }));
  const problem = test.problem ?? resync.problem ?? pause.problem;
  const isComparing = registry.sync?.state === "running";
  return (
    <>
      {problem && (
        <span className={styles.fault} role="alert">
          {problem.detail}
        </span>
      )}
      <Button variant="subtle" loading={test.isRunning} onClick={() => test.run()}>
        {test.result ? "Tested now" : "Test connection"}
      </Button>
      <Button
        leftSection={<Icon name="refresh" />}
        disabled={isPaused || isComparing}
        title={
          isPaused
            ? "Resume the registry first"
            : isComparing
              ? "It is being compared now"
              : "Compare with the registry now"
        }
        loading={resync.isRunning}
        onClick={() => resync.run()}
      >
        Check again
      </Button>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <button type="button" className="bw-icon-button" aria-label="More actions">
            <Icon name="more" />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name={isPaused ? "play" : "pause"} />} onClick={() => pause.run()}>
            {isPaused ? "Resume scanning" : "Pause scanning"}
          </Menu.Item>
          <Menu.Item
            component={Link}
            href={`${links.registry(registry.id)}?tab=settings`}
            leftSection={<Icon name="settings" />}
          >
            Settings
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
