"use client";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ResourceRow } from "#queries/count/containers-overview.ts";
import { sendChange, toProblem } from "../data/problem.ts";
import { AssignOwnerDialog } from "../owner/assign-owner-dialog.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { BulkBar } from "../table/bulk-bar.tsx";
import type { Selection } from "../table/table-head.tsx";
import { plural } from "../text/format-number.ts";

interface Props {
  selection: Selection & { clear: () => void };
  rows: ResourceRow[];
}

/** What can be done to several registries at once: compare them with the registry again, pause or resume scanning. */
export function ResourceBulkBar({ selection, rows }: Props) {
  const isAdmin = useMay("admin");
  const isAnalyst = useMay("analyst");
  const [isAssigning, setAssigning] = useState(false);
  const client = useQueryClient();
  const chosen = rows.filter((row) => selection.keys.has(row.rootId) && row.kind === "registry");
  const run = useMutation({
    // One after the other: each is its own audited command, and the first refusal is shown.
    mutationFn: async (verb: "resync" | "pause" | "resume") => {
      for (const row of chosen) {
        const home = `/api/v1/registries/${row.rootId}`;
        if (verb === "resync") await sendChange("POST", `${home}/resync`);
        else await sendChange("POST", `${home}/pause`, { paused: verb === "pause" });
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["view"] }),
  });
  return (
    <BulkBar selected={selection.keys.size} clear={selection.clear}>
      {isAdmin
        ? (["resync", "pause", "resume"] as const).map((verb) => (
            <Button
              key={verb}
              variant="subtle"
              disabled={run.isPending || chosen.length === 0}
              onClick={() => run.mutate(verb)}
            >
              {verbs[verb]}
            </Button>
          ))
        : !isAnalyst && <span className="bw-muted">Changes need the role analyst or admin</span>}
      {isAnalyst && (
        <Button variant="subtle" disabled={run.isPending} onClick={() => setAssigning(true)}>
          Set owner
        </Button>
      )}
      <span role="status" className="bw-signal bw-small">
        {run.isPending && `Working on ${plural(chosen.length, "registry", "registries")}`}
        {run.error && toProblem(run.error).detail}
      </span>
      {isAssigning && (
        <AssignOwnerDialog
          targets={[...selection.keys].map((rootId) => ({ rootId }))}
          noun={["resource", "resources"]}
          close={() => setAssigning(false)}
          onSaved={selection.clear}
        />
      )}
    </BulkBar>
  );
}

const verbs = { resync: "Check again", pause: "Pause", resume: "Resume" };
