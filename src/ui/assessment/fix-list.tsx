"use client";
import { useState } from "react";
import styles from "#ui/host/host.module.css";
import { CodeBlock } from "#ui/text/code-block.tsx";
import { plural } from "#ui/text/format-number.ts";

const SHOWN = 4;

/** What to do, one block per failing item, ready to copy. */
export function FixList({ fixes, control }: { fixes: string[]; control: string }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? fixes : fixes.slice(0, SHOWN);
  return (
    <div className={styles.fixes}>
      <h3 className={styles.label}>Fix, as root on this host</h3>
      {shown.map((fix) => (
        <CodeBlock key={fix} code={fix} name={`fix of ${control}`} wraps />
      ))}
      {fixes.length > shown.length && (
        <button type="button" className="bw-link-button" onClick={() => setAll(true)}>
          Show {plural(fixes.length - shown.length, "more fix", "more fixes")}
        </button>
      )}
    </div>
  );
}
