import type { ReactNode } from "react";
import { Logo } from "../logo.tsx";
import styles from "./auth.module.css";
import { Harbour } from "./harbour.tsx";

/** One card in calm water: sign in, set up, change password, not allowed. */
export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <main className={styles.centre} id="content">
        <div className={styles.column}>
          <p className={styles.brand}>
            <Logo size={26} />
            Breakwater
          </p>
          <div className={styles.card}>{children}</div>
        </div>
      </main>
      <Harbour />
    </div>
  );
}
