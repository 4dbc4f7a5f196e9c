import styles from "./auth.module.css";

/** Nobody has an account and this address carries no setup token: where to find the link. */
export function NotSetUp() {
  return (
    <>
      <h1>Breakwater is not set up yet</h1>
      <p className={styles.lead}>Nobody has an account. The first one is made with a one-time link.</p>
      <ul className={styles.steps}>
        <li>
          Look at the output of Breakwater on its machine: it prints “Set up the first account” with the link at every
          start.
        </li>
        <li>The link works for 24 hours. Restart Breakwater for a new one.</li>
        <li>
          Or start it with <span className="bw-mono">BREAKWATER_ADMIN_EMAIL</span> and{" "}
          <span className="bw-mono">BREAKWATER_ADMIN_PASSWORD</span>.
        </li>
      </ul>
    </>
  );
}
