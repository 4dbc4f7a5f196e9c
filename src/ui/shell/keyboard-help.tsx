"use client";
import { Modal, Switch } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { links } from "#domain/links.ts";
import { usePreference } from "../data/use-preference.ts";
import styles from "./shell.module.css";

const OPEN_EVENT = "breakwater-keyboard-help";

/** Opens the list of shortcuts from anywhere. */
export function openKeyboardHelp(): void {
  window.dispatchEvent(new Event(OPEN_EVENT));
}

const places: Record<string, string> = {
  o: links.overview(),
  c: links.containers(),
  v: links.vulnerabilities(),
  n: links.notices(),
  u: links.coverage(),
};

const shortcuts: [keys: string[], text: string][] = [
  [["/"], "Search"],
  [["j", "k"], "Next and previous row"],
  [["Enter"], "Open the row; once more: into its panel"],
  [["Esc"], "Close the panel, back to its row"],
  [["x"], "Select the row"],
  [["g", "o"], "Go to Overview"],
  [["g", "c"], "Go to Containers"],
  [["g", "u"], "Go to Coverage"],
  [["g", "v"], "Go to Vulnerabilities"],
  [["g", "n"], "Go to Notices"],
  [["?"], "This list"],
];

/** Whether single keys do something in this browser. People who speak to their computer can turn them off. */
export function useSingleKeys(): [boolean, (isOn: boolean) => void] {
  const [value, set] = usePreference("single-keys", ["on", "off"], "on");
  return [value === "on", (isOn) => set(isOn ? "on" : "off")];
}

/** True when a key press is text for a field, or a browser shortcut, and must not be taken. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]") !== null
  );
}

/** Listens for the single keys of the frame and shows the list of all of them. */
export function KeyboardHelp() {
  const [isOpen, setOpen] = useState(false);
  const [areOn, setOn] = useSingleKeys();
  const router = useRouter();

  useEffect(() => {
    const open = () => setOpen(true);
    let isGo = false;
    const press = (event: KeyboardEvent) => {
      if (!areOn || isTyping(event)) return;
      const place = isGo ? places[event.key] : undefined;
      isGo = event.key === "g";
      if (place) router.push(place);
      else if (event.key === "?") setOpen(true);
      else if (event.key === "/") {
        event.preventDefault();
        document.getElementById("find")?.focus();
      }
    };
    window.addEventListener(OPEN_EVENT, open);
    window.addEventListener("keydown", press);
    return () => {
      window.removeEventListener(OPEN_EVENT, open);
      window.removeEventListener("keydown", press);
    };
  }, [areOn, router]);

  return (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title="Keyboard" closeButtonProps={{ "aria-label": "Close" }}>
      <dl className={styles.keys}>
        {shortcuts.map(([keys, text]) => (
          <div key={text} style={{ display: "contents" }}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="lg"
        size="sm"
        checked={areOn}
        onChange={(event) => setOn(event.currentTarget.checked)}
        label="Single keys work"
        description="Turn off when keys are pressed by voice control or by accident."
      />
    </Modal>
  );
}
