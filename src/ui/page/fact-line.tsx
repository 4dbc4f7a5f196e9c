"use client";
import { type ReactNode, useId, useState } from "react";
import styles from "./page.module.css";

export interface Fact {
  label: string;
  value: ReactNode;
}

/** On a phone so many facts stand above the answer; the others come by a button. */
const ON_PHONE = 2;

/** Facts of a detail page in one line, split by hairlines. Null and false entries are left out. */
export function FactLine({ facts }: { facts: (Fact | null | false | undefined)[] }) {
  const shown = facts.filter((fact): fact is Fact => Boolean(fact));
  const [isWhole, setWhole] = useState(false);
  const id = useId();
  return (
    <div className={styles.facts} data-whole={isWhole || undefined}>
      <dl id={id}>
        {shown.map((fact) => (
          <div key={fact.label}>
            <dt>{fact.label}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
      {shown.length > ON_PHONE && (
        <button
          type="button"
          className={`bw-link-button ${styles.moreFacts}`}
          aria-expanded={isWhole}
          aria-controls={id}
          onClick={() => setWhole((value) => !value)}
        >
          {isWhole ? "Fewer facts" : `All ${shown.length} facts`}
        </button>
      )}
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
