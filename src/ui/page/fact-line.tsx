import type { ReactNode } from "react";
import styles from "./page.module.css";

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Facts of a detail page in one line, split by hairlines. Null and false entries are left out. */
export function FactLine({ facts }: { facts: (Fact | null | false | undefined)[] }) {
  return (
    <div className={styles.facts}>
      <dl>
        {facts.map(
          (fact) =>
            fact && (
              <div key={fact.label}>
                <dt>{fact.label}</dt>
                <dd>{fact.value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}

/** Facts one below the other, for panels. */
export function FactPairs({ facts }: { facts: (Fact | null | false | undefined)[] }) {
  return (
    <dl className={styles.pairs}>
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.label} style={{ display: "contents" }}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
