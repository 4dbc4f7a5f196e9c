"use client";
import { useState } from "react";
import { CodeBlock } from "../text/code-block.tsx";
import { plural } from "../text/format-number.ts";
import styles from "./host.module.css";

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
