import { Icon } from "../icon.tsx";
import styles from "./connect.module.css";
import hostStyles from "./host.module.css";

const reads = [
  "The engine's answers: settings, containers, images, networks",
  "Owner and mode of the files the benchmark names",
  "Units, audit rules, mounts, the docker group",
];
const never = [
  "Values of environment variables: only names and a salted digest",
  "Contents of files, except Docker's own settings",
  "Keys, join tokens, registry passwords",
];

/** What the agent reads, what it never sends, and what it may do. */
export function HostPromises() {
  return (
    <div className={hostStyles.promises}>
      <List title="What the agent reads" icon="check" entries={reads} />
      <List title="What it never sends" icon="cross" entries={never} />
      <p>
        It needs root on the host, because some of these files only root may read. It writes only to its own folder,
        runs nothing inside containers and opens no port.
      </p>
    </div>
  );
}

function List({ title, icon, entries }: { title: string; icon: "check" | "cross"; entries: string[] }) {
  return (
    <div className={styles.needs}>
      <b className="bw-medium">{title}</b>
      <ul>
        {entries.map((entry) => (
          <li key={entry}>
            <Icon name={icon} size={14} />
            {entry}
          </li>
        ))}
      </ul>
    </div>
  );
}
