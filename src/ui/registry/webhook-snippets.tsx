import type { WebhookSnippet } from "#domain/webhook-snippets.ts";
import { CodeBlock } from "../text/code-block.tsx";
import styles from "./registry.module.css";

/** Ready-to-paste ways of making the registry call Breakwater, the likely one first. */
export function WebhookSnippets({ snippets }: { snippets: WebhookSnippet[] }) {
  const [first, ...others] = snippets;
  if (!first) return null;
  return (
    <div className={styles.snippets}>
      <Snippet snippet={first} />
      {others.length > 0 && (
        <details>
          <summary className="bw-link-button" style={{ marginBottom: 12 }}>
            Other ways
          </summary>
          <div className={styles.snippets}>
            {others.map((snippet) => (
              <Snippet key={snippet.kind} snippet={snippet} />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

function Snippet({ snippet }: { snippet: WebhookSnippet }) {
  return (
    <div style={{ minWidth: 0 }}>
      <h3>{snippet.title}</h3>
      <CodeBlock code={snippet.text} name={snippet.title} />
    </div>
  );
}
