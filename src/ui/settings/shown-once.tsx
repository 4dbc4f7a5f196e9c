"use client";
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { CodeBlock } from "../text/code-block.tsx";
import { CopyButton } from "../text/copy-button.tsx";
import styles from "./settings.module.css";

/** A secret that is shown this one time, with what to do with it. */
export function ShownOnce({
  name,
  secret,
  done,
  children,
}: {
  name: string;
  secret: string;
  done: () => void;
  children: ReactNode;
}) {
  return (
    <div className={styles.form}>
      <p className="bw-second">{children}</p>
      <CodeBlock code={secret} name={name} wraps />
      <p className="bw-muted bw-small" role="status">
        Only a hash of it is stored. Once this is closed, nobody can see it again.
      </p>
      <div className={styles.foot}>
        <CopyButton label={`Copy the ${name}`} value={secret} />
        <Button variant="filled" onClick={done}>
          Done
        </Button>
      </div>
    </div>
  );
}
