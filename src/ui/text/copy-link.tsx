"use client";
import { useClipboard } from "@mantine/hooks";

/** Copies `value`, looks like a link, for use inside sentences. */
export function CopyLink({ value, label }: { value: string; label: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <button type="button" className="bw-link-button" onClick={() => clipboard.copy(value)}>
      {clipboard.copied ? "Copied" : label}
    </button>
  );
}
