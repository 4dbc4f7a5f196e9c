import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "../icon.tsx";
import styles from "./connect.module.css";

export interface WizardStep {
  name: string;
  /** What came of it, once done: "pull right found". */
  result?: string | null;
}

interface WizardProps {
  steps: WizardStep[];
  /** Counted from 1. */
  current: number;
  children: ReactNode;
}

/** Steps at the left with their results, the current one at the right. */
export function Wizard({ steps, current, children }: WizardProps) {
  return (
    <div className={styles.wizard}>
      <ol className={styles.steps} aria-label="Steps">
        {steps.map((step, index) => {
          const isDone = index + 1 < current;
          const isCurrent = index + 1 === current;
          return (
            <li
              key={step.name}
              data-current={isCurrent || undefined}
              data-done={isDone || undefined}
              aria-current={isCurrent ? "step" : undefined}
            >
              <span className={styles.number}>{isDone ? <Icon name="check" size={12} /> : index + 1}</span>
              <span className={styles.stepName}>{step.name}</span>
              {step.result && <span className={styles.stepResult}>{step.result}</span>}
            </li>
          );
        })}
      </ol>
      <div className={styles.body}>{children}</div>
    </div>
  );
}

interface WizardFootProps {
  back?: () => void;
  next: { label: string; run?: () => void; isRunning?: boolean };
  /** Why Next does nothing yet; null lets it go on. */
  why: string | null;
  fault?: string | null;
}

/** Back and Next. Next is never disabled without the sentence that says why. */
export function WizardFoot({ back, next, why, fault }: WizardFootProps) {
  return (
    <div className={styles.foot}>
      {back && (
        <Button size="lg" onClick={back}>
          Back
        </Button>
      )}
      <Button
        size="lg"
        variant="filled"
        type={next.run ? "button" : "submit"}
        disabled={why !== null}
        loading={next.isRunning ?? false}
        {...(next.run ? { onClick: next.run } : {})}
      >
        {next.label}
      </Button>
      <span className={styles.why} data-fault={fault ? "" : undefined} role="status">
        {fault ?? why}
      </span>
    </div>
  );
}
