import type { RegistryRight, RegistryRightName, RegistryRights } from "#domain/registry-rights.ts";
import { Icon } from "../icon.tsx";
import { HealthMark } from "../marks/health.tsx";
import styles from "./registry.module.css";

const rightWords: Record<RegistryRightName, string> = {
  reach: "Reach the registry",
  authenticate: "Sign in",
  catalog: "List repositories",
  listTags: "List tags",
  pullManifest: "Read manifests",
  pullBlob: "Pull layers",
};

/** Every right on its own line: granted, the exact one that is missing, or why it could not be tried. */
export function RightsList({ rights }: { rights: RegistryRights }) {
  return (
    <ul className={styles.rights}>
      {rights.rights.map((right) => (
        <li key={right.name}>
          <span style={{ position: "relative" }}>
            <RightMark right={right} />
          </span>
          <span className="bw-medium">{rightWords[right.name]}</span>
          <span className="bw-second">{right.detail}</span>
          {right.missing && <span className={styles.missing}>Missing: {right.missing}</span>}
        </li>
      ))}
    </ul>
  );
}

const words = { granted: "granted", denied: "denied", failed: "failed", skipped: "not tried" };

function RightMark({ right }: { right: RegistryRight }) {
  return (
    <>
      {right.state === "granted" && <HealthMark health="healthy" />}
      {right.state === "skipped" && <HealthMark health="unknown" />}
      {(right.state === "denied" || right.state === "failed") && (
        <span className="bw-signal">
          <Icon name="noRight" size={14} />
        </span>
      )}
      <span className="bw-hidden">{words[right.state]}</span>
    </>
  );
}

/** The rights that keep the connection from being used, in the order of the test. */
export function lackingRights(rights: RegistryRights): RegistryRight[] {
  return rights.rights.filter((right) => right.state === "denied" || right.state === "failed");
}
