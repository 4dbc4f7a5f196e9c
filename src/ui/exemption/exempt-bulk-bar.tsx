"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { BulkBar } from "../table/bulk-bar.tsx";
import type { Selection } from "../table/table-head.tsx";
import { ExemptDialog } from "./exempt-dialog.tsx";
import type { ScopeChoice } from "./scope-choice.ts";

/** One request holds so many decisions at most. */
export const MOST_SELECTED = 200;

interface Props {
  selection: Selection & { clear: () => void };
  /** "3 vulnerabilities". */
  title: string;
  /** What the selection may stand for; each choice has the targets of all selected rows. */
  scopes: readonly ScopeChoice[];
}

/** Exempts what is selected in a list, as one decision. */
export function ExemptBulkBar({ selection, title, scopes }: Props) {
  const [isOpen, setOpen] = useState(false);
  const isTooMuch = scopes.some(({ targets }) => targets.length > MOST_SELECTED);
  return (
    <>
      <BulkBar selected={selection.keys.size} clear={selection.clear}>
        <Button variant="subtle" disabled={scopes.length === 0 || isTooMuch} onClick={() => setOpen(true)}>
          Exempt
        </Button>
        {isTooMuch && <span className="bw-muted">At most {MOST_SELECTED} at once</span>}
      </BulkBar>
      {isOpen && <ExemptDialog title={title} scopes={scopes} close={() => setOpen(false)} onSaved={selection.clear} />}
    </>
  );
}
