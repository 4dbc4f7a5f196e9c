"use client";
import { CopyButton } from "./copy-button.tsx";

/** Copies the whole address of a page of ours, to be sent to somebody. */
export function CopyPageLink({ path }: { path: string }) {
  const value = typeof window === "undefined" ? path : new URL(path, window.location.href).href;
  return <CopyButton value={value} label="Copy link" />;
}
