"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Icon } from "../icon.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { ExemptDialog } from "./exempt-dialog.tsx";
import type { ScopeChoice } from "./scope-choice.ts";

interface Props {
  /** What the dialog names: "CVE-2024-3094". */
  title: string;
  scopes: readonly ScopeChoice[];
  size?: "xs" | "sm";
}

/** Opens the dialog. Those who may not exempt do not see it. */
export function ExemptButton({ title, scopes, size = "sm" }: Props) {
  const isAnalyst = useMay("analyst");
  const [isOpen, setOpen] = useState(false);
  if (!isAnalyst || scopes.length === 0) return null;
  return (
    <>
      <Button size={size} leftSection={<Icon name="exempt" size={14} />} onClick={() => setOpen(true)}>
        Exempt
      </Button>
      {isOpen && <ExemptDialog title={title} scopes={scopes} close={() => setOpen(false)} />}
    </>
  );
}
