"use client";
import { Button } from "@mantine/core";
import type { Problem } from "../data/problem.ts";
import { Icon } from "../icon.tsx";
import { CopyButton } from "../text/copy-button.tsx";
import styles from "./state.module.css";

interface ErrorCardProps {
  /** What could not be loaded: "the trend". */
  what: string;
  problem: Problem;
  retry?: () => void;
}

/** A part that could not be loaded: cause, that the rest is current, the reference for the log, and the way on. */
export function ErrorCard({ what, problem, retry }: ErrorCardProps) {
  const isRefused = problem.status === 403;
  return (
    <div className={styles.card} data-signal role="alert">
      <b>
        <Icon name={isRefused ? "shield" : "noRight"} />
        {isRefused ? `You may not see ${what}` : `Could not load ${what}`}
      </b>
      <p>
        {problem.detail}
        {problem.reference && <span className={styles.reference}> Ref {problem.reference.slice(0, 8)}.</span>}
      </p>
      <div className={styles.actions}>
        {isRefused ? (
          <CopyButton
            label="Copy request"
            value={`${problem.detail} Page: ${typeof window === "undefined" ? "" : window.location.href}`}
          />
        ) : (
          retry && (
            <Button onClick={retry} leftSection={<Icon name="refresh" />}>
              Try again
            </Button>
          )
        )}
      </div>
    </div>
  );
}
