import { CopyButton } from "./copy-button.tsx";
import styles from "./text.module.css";

/** Text to paste, exactly as it runs, with a copy button. `name` says what it is: "webhook command". */
export function CodeBlock({ code, name, wraps = false }: { code: string; name: string; wraps?: boolean }) {
  return (
    <div className={styles.block} data-wraps={wraps || undefined}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll box without focus cannot be scrolled by keyboard */}
      <section tabIndex={0} aria-label={name}>
        <pre>{code}</pre>
      </section>
      <span className={styles.copy}>
        <CopyButton value={code} name={name} />
      </span>
    </div>
  );
}
