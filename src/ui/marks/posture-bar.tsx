import { Fragment } from "react";
import styles from "./marks.module.css";

export interface PostureParts {
  critical?: number;
  high?: number;
  medium?: number;
  low?: number;
  unhealthy?: number;
  healthy?: number;
  unknown?: number;
}

const groups = [["critical", "high", "medium", "low", "unhealthy"], ["healthy"], ["unknown"]] as const;

/**
 * Severities | healthy | unknown as one thin bar, 1 px between parts and 2 px between groups. The bar is decoration: the
 * counts beside it are the text. Nothing to show draws nothing.
 */
export function PostureBar({ parts, height = 4 }: { parts: PostureParts; height?: 4 | 6 | 8 | 12 }) {
  const shown = groups
    .map((names) => names.filter((name) => (parts[name] ?? 0) > 0))
    .filter((names) => names.length > 0);
  return (
    <span className={styles.bar} data-height={height} aria-hidden="true">
      {shown.map((names, index) => (
        <Fragment key={names[0]}>
          {index > 0 && <i data-part="gap" />}
          {names.map((name) => (
            <i key={name} data-part={name} style={{ flex: parts[name] }} />
          ))}
        </Fragment>
      ))}
    </span>
  );
}
