import { shortDigest } from "#domain/digest.ts";
import { CopyButton } from "./copy-button.tsx";
import styles from "./text.module.css";

/** A digest as people read it, with the whole of it in the title and on the clipboard. */
export function DigestText({ digest, canCopy = true }: { digest: string; canCopy?: boolean }) {
  return (
    <span className={styles.digest}>
      <span className="bw-mono" title={digest}>
        {shortDigest(digest)}
      </span>
      {canCopy && <CopyButton value={digest} name="digest" />}
    </span>
  );
}
