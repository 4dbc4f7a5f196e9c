import type { ReactNode } from "react";
import styles from "./page.module.css";

/** One quiet line under the tabs that says what the page covers. */
export function ScopeLine({ children }: { children: ReactNode }) {
  return <p className={styles.scope}>{children}</p>;
}
