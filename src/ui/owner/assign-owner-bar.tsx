"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { BulkBar } from "../table/bulk-bar.tsx";
import type { Selection } from "../table/table-head.tsx";
import { AssignOwnerDialog, type OwnerTarget } from "./assign-owner-dialog.tsx";

interface Props {
  selection: Selection & { clear: () => void };
  noun: [one: string, many: string];
  targets: readonly OwnerTarget[];
}

/** Gives what is selected in a list an owner. */
export function AssignOwnerBar({ selection, noun, targets }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <BulkBar selected={selection.keys.size} clear={selection.clear}>
        <Button variant="subtle" onClick={() => setOpen(true)}>
          Set owner
        </Button>
      </BulkBar>
      {isOpen && (
        <AssignOwnerDialog targets={targets} noun={noun} close={() => setOpen(false)} onSaved={selection.clear} />
      )}
    </>
  );
}
