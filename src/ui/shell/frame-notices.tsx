"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { links } from "#domain/links.ts";
import { useChange } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { formatMinute } from "../text/relative-time.tsx";
import { useFrame, useMay } from "./frame-context.tsx";
import styles from "./shell.module.css";

/** What every page must say before its own content: advisories that cannot be had, and that the demo is loaded. */
export function FrameNotices() {
  const frame = useFrame();
  const pathname = usePathname();
  if (!frame || pathname === links.welcome()) return null;
  const { advisories } = frame;
  return (
    <>
      {advisories.state === "none" && frame.hasReal && (
        <p className={styles.notice} role="status">
          <Icon name="waiting" />
          <span>
            No advisories are loaded, so images are not assessed{advisories.reason ? ` (${advisories.reason})` : ""}.{" "}
            <Link href={links.settings("advisories")}>Load advisories</Link>
          </span>
        </p>
      )}
      {advisories.state === "unreachable" && (
        <p className={styles.notice} role="status">
          <Icon name="noRight" />
          <span>
            Public feeds cannot be reached since {advisories.since ? formatMinute(advisories.since) : "an unknown time"}
            . Findings rest on advisories of{" "}
            {advisories.newestDataAt ? formatMinute(advisories.newestDataAt) : "an unknown date"}.{" "}
            <Link href={links.settings("advisories")}>Look at the feeds</Link>
          </span>
        </p>
      )}
      {frame.hasDemo && <DemoNotice />}
    </>
  );
}

function DemoNotice() {
  const isAdmin = useMay("admin");
  const removal = useChange(() => ({ method: "DELETE", path: "/api/v1/demo" }));
  return (
    <p className={styles.notice} data-tone="demo" role="status">
      <Icon name="container" />
      <span>
        The demo is loaded. <span className={styles.hideOnPhone}>What carries the label Demo is made up. </span>
        {isAdmin && (
          <button type="button" className="bw-link-button" disabled={removal.isRunning} onClick={() => removal.run()}>
            {removal.isRunning ? "Removing the demo" : "Remove the demo"}
          </button>
        )}
        {removal.problem && ` ${removal.problem.detail}`}
      </span>
    </p>
  );
}
