import type { ReactNode } from "react";
import { Icon, type IconName } from "../icon.tsx";
import styles from "./marks.module.css";
import { Tag } from "./tag.tsx";

export type SignalValue = "late" | "stale" | "noRight" | "waiting" | "unreachable" | "degraded";

/** The word people read when our own sight is bad. */
export const signalWords: Record<SignalValue, string> = {
  late: "Late",
  stale: "Stale",
  noRight: "No right",
  waiting: "Waiting",
  unreachable: "No answer",
  degraded: "Degraded",
};

const signalIcons: Record<SignalValue, IconName> = {
  late: "clock",
  stale: "clock",
  noRight: "noRight",
  waiting: "waiting",
  unreachable: "noRight",
  degraded: "clock",
};

/** Says that our own sight is bad: always an icon and a word, in plum. `children` replaces the word. */
export function Signal({
  signal,
  title,
  children,
}: {
  signal: SignalValue;
  title?: string | undefined;
  children?: ReactNode;
}) {
  const content = (
    <>
      <Icon name={signalIcons[signal]} size={14} />
      {children ?? signalWords[signal]}
    </>
  );
  if (signal === "stale")
    return (
      <Tag tone="signal" {...(title ? { title } : {})}>
        {content}
      </Tag>
    );
  return (
    <span className={styles.signal} title={title}>
      {content}
    </span>
  );
}
