import type { ReactNode } from "react";
import styles from "./state.module.css";

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  /** The one next step. */
  action?: ReactNode;
}

/** Nothing to show, and why. Never a party. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className={styles.card}>
      <b>{title}</b>
      <p>{children}</p>
      {action && <div className={styles.actions}>{action}</div>}
    </div>
  );
}
