"use client";
import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Icon } from "../icon.tsx";

/** Copies `value`. With a label it is a button, without one a small icon named by `name`. */
export function CopyButton({ value, label, name }: { value: string; label?: string; name?: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  const icon = <Icon name={clipboard.copied ? "check" : "copy"} size={label ? 16 : 14} />;
  if (label) {
    return (
      <Button leftSection={icon} onClick={() => clipboard.copy(value)}>
        {clipboard.copied ? "Copied" : label}
      </Button>
    );
  }
  const text = clipboard.copied ? "Copied" : `Copy ${name ?? "text"}`;
  return (
    <button
      type="button"
      className="bw-icon-button"
      style={{ width: 24, height: 24 }}
      aria-label={text}
      title={text}
      onClick={(event) => {
        event.stopPropagation();
        clipboard.copy(value);
      }}
    >
      {icon}
    </button>
  );
}
