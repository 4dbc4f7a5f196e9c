"use client";
import { useEffect, useState } from "react";
import type { UrlParams } from "../data/use-url-state.ts";
import styles from "./settings.module.css";

interface InstantFilterProps {
  /** ISO instants of the address. */
  from: string | undefined;
  to: string | undefined;
  onChange: (changes: UrlParams) => void;
}

/** A range of instants in UTC, written as every instant of the log: 2026-11-23 06:00. */
export function InstantFilter({ from, to, onChange }: InstantFilterProps) {
  return (
    <span className={styles.times}>
      <Instant label="From" value={from} onChange={(value) => onChange({ from: value })} />
      <Instant label="to" value={to} onChange={(value) => onChange({ to: value })} />
      UTC
    </span>
  );
}

function Instant({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(toText(value));
  useEffect(() => setText(toText(value)), [value]);
  const instant = toInstant(text);
  const isWrong = text.trim() !== "" && instant === undefined;
  const apply = () => {
    if (!isWrong && instant !== value) onChange(instant);
  };
  return (
    <label>
      {label}{" "}
      <input
        value={text}
        placeholder="2026-11-23 06:00"
        aria-invalid={isWrong}
        title={isWrong ? "Write it as 2026-11-23 or 2026-11-23 06:00" : undefined}
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === "Enter" && apply()}
      />
    </label>
  );
}

function toText(instant: string | undefined): string {
  return instant && !Number.isNaN(Date.parse(instant))
    ? new Date(instant).toISOString().slice(0, 16).replace("T", " ")
    : "";
}

function toInstant(text: string): string | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?$/.exec(text.trim());
  const instant = parts ? new Date(`${parts[1]}T${parts[2] ?? "00:00"}:00Z`) : undefined;
  return instant && !Number.isNaN(instant.getTime()) ? instant.toISOString() : undefined;
}
