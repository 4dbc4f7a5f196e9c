import type { Problem } from "../data/problem.ts";
import { Icon } from "../icon.tsx";
import styles from "./auth.module.css";

/** Why a form was refused and what to do, read aloud when it appears. Nothing while there is no problem. */
export function FormFault({ problem }: { problem: Problem | null }) {
  return (
    <div role="alert">
      {problem && (
        <p className={styles.fault}>
          <Icon name="cross" />
          <span>
            {problem.detail}
            {problem.status >= 500 && problem.reference ? ` Ref ${problem.reference.slice(0, 8)}.` : ""}
          </span>
        </p>
      )}
    </div>
  );
}
