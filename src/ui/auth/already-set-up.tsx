import Link from "next/link";
import styles from "./auth.module.css";

/** The setup link of a Breakwater that has accounts. */
export function AlreadySetUp() {
  return (
    <>
      <h1>Breakwater is set up already</h1>
      <p className={styles.lead}>The setup link works once. Ask an admin for an account if you have none.</p>
      <p className={styles.foot}>
        <Link href="/login">Sign in</Link>
      </p>
    </>
  );
}
