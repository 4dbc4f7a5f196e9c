import { Button } from "@mantine/core";
import type { Change } from "../data/use-change.ts";
import styles from "./registry.module.css";

interface SaveLineProps {
  change: Pick<Change<never, unknown>, "isRunning" | "problem" | "result">;
  isChanged: boolean;
  label?: string;
}

/** The button of a form with what came of it. Without changes it says so instead of being dead. */
export function SaveLine({ change, isChanged, label = "Save" }: SaveLineProps) {
  return (
    <div className={styles.buttons}>
      <Button type="submit" loading={change.isRunning} disabled={!isChanged}>
        {label}
      </Button>
      <span role="status" className={change.problem ? styles.fault : "bw-muted"}>
        {change.problem
          ? change.problem.detail
          : isChanged
            ? ""
            : change.result !== undefined
              ? "Saved"
              : "Nothing changed yet"}
      </span>
    </div>
  );
}
