"use client";
import type { UrlParams } from "../data/use-url-state.ts";
import styles from "./settings.module.css";

interface InstantFilterProps {
  /** ISO instants of the address. */
  from: string | undefined;
  to: string | undefined;
  onChange: (changes: UrlParams) => void;
}

/** A range of instants, typed and shown in UTC like every instant of the log. */
export function InstantFilter({ from, to, onChange }: InstantFilterProps) {
  return (
    <span className={styles.times}>
      <label>
        From{" "}
        <input
          type="datetime-local"
          value={toInput(from)}
          onChange={(event) => onChange({ from: toInstant(event.currentTarget.value) })}
        />
      </label>
      <label>
        to{" "}
        <input
          type="datetime-local"
          value={toInput(to)}
          onChange={(event) => onChange({ to: toInstant(event.currentTarget.value) })}
        />
      </label>
      UTC
    </span>
  );
}

function toInput(instant: string | undefined): string {
  return instant && !Number.isNaN(Date.parse(instant)) ? new Date(instant).toISOString().slice(0, 16) : "";
}

function toInstant(text: string): string | undefined {
  return text ? `${text.slice(0, 16)}:00.000Z` : undefined;
}
