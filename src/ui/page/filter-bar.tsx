"use client";
import { Menu } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { Icon } from "../icon.tsx";
import { type Density, useDensity } from "../table/use-density.ts";
import styles from "./page.module.css";

/** Filters at the left, `tools` (count, sort, density) at the right. */
export function FilterBar({ children, tools }: { children: ReactNode; tools?: ReactNode }) {
  return (
    <section className={styles.filters} aria-label="Filters">
      <div className={styles.filterItems}>{children}</div>
      {tools && <div className={styles.filterTools}>{tools}</div>}
    </section>
  );
}

const TYPING_MS = 200;

/** A text filter that follows typing after a short pause. */
export function TextFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <label className={styles.textFilter}>
      <Icon name="search" />
      <input
        type="search"
        value={text}
        placeholder={label}
        aria-label={label}
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface ChoiceFilterProps {
  label: string;
  choices: Choice[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** "Type Any ⌄" and, when chosen, "Type Registry ✕". */
export function ChoiceFilter({ label, choices, value, onChange }: ChoiceFilterProps) {
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <span className={styles.chip}>
      <Menu width={200}>
        <Menu.Target>
          <button type="button">
            {label} <b>{chosen?.label ?? "Any"}</b>
            {!chosen && <Icon name="chevronDown" />}
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item role="menuitemradio" aria-checked={!chosen} onClick={() => onChange(undefined)}>
            Any
          </Menu.Item>
          {choices.map((choice) => (
            <Menu.Item
              key={choice.value}
              role="menuitemradio"
              aria-checked={choice.value === value}
              rightSection={choice.value === value ? <Icon name="check" /> : null}
              onClick={() => onChange(choice.value)}
            >
              {choice.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {chosen && (
        <button
          type="button"
          className={styles.chipClear}
          aria-label={`Clear ${label}`}
          onClick={() => onChange(undefined)}
        >
          <Icon name="cross" size={12} />
        </button>
      )}
    </span>
  );
}

/** "Sort: Risk" as a menu. */
export function SortMenu({
  choices,
  value,
  onChange,
}: {
  choices: Choice[];
  value: string;
  onChange: (value: string) => void;
}) {
  const chosen = choices.find((choice) => choice.value === value) ?? choices[0];
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <button type="button" className={styles.quiet}>
          <Icon name="updown" size={14} />
          <span>
            Sort: <b>{chosen?.label}</b>
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((choice) => (
          <Menu.Item
            key={choice.value}
            role="menuitemradio"
            aria-checked={choice.value === value}
            rightSection={choice.value === value ? <Icon name="check" /> : null}
            onClick={() => onChange(choice.value)}
          >
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const densityWords: Record<Density, string> = { comfortable: "Compact rows", compact: "Comfortable rows" };

/** Switches between the two row heights. */
export function DensityButton() {
  const [density, setDensity] = useDensity();
  return (
    <button
      type="button"
      className="bw-icon-button"
      aria-label={densityWords[density]}
      title={densityWords[density]}
      aria-pressed={density === "compact"}
      onClick={() => setDensity(density === "compact" ? "comfortable" : "compact")}
    >
      <Icon name="density" />
    </button>
  );
}
