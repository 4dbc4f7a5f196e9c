"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { RecommendationKind } from "#domain/recommendation.ts";
import type { RecommendationDetail, RecommendationResource } from "#queries/assessment/recommendation-detail.ts";
import { ExemptDialog } from "../exemption/exempt-dialog.tsx";
import type { ExemptionTarget, ScopeChoice } from "../exemption/scope-choice.ts";
import { AssignOwnerDialog } from "../owner/assign-owner-dialog.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { BulkBar } from "../table/bulk-bar.tsx";
import type { Selection } from "../table/table-head.tsx";
import { formatNumber } from "../text/format-number.ts";
import { unitOf } from "./recommendation-columns.tsx";

/** One request holds so many decisions at most. */
const MOST_SELECTED = 200;

interface Props {
  rule: RecommendationDetail["rule"];
  units: RecommendationKind[];
  selection: Selection & { clear: () => void };
  resources: RecommendationResource[];
}

/** What can be decided about the selected resources of a recommendation. */
export function ResourceDecisions({ rule, units, selection, resources }: Props) {
  const [open, setOpen] = useState<"exempt" | "owner" | null>(null);
  const mayDecide = useMay("analyst");
  const isTooMuch = resources.length > MOST_SELECTED;
  return (
    <>
      <BulkBar selected={selection.keys.size} clear={selection.clear}>
        {mayDecide ? (
          (["exempt", "owner"] as const).map((verb) => (
            <Button
              key={verb}
              variant="subtle"
              disabled={resources.length === 0 || isTooMuch}
              onClick={() => setOpen(verb)}
            >
              {verb === "exempt" ? "Exempt" : "Set owner"}
            </Button>
          ))
        ) : (
          <span className="bw-muted">Decisions need the role analyst</span>
        )}
        {isTooMuch && <span className="bw-muted">At most {MOST_SELECTED} at once</span>}
      </BulkBar>
      {open === "owner" && (
        <AssignOwnerDialog
          targets={resources.map(({ rootId, resourceKind, resourceId }) => ({
            rootId,
            ...(resourceKind === "repository" ? { repositoryId: resourceId } : {}),
          }))}
          noun={[unitOf(units, 1), unitOf(units, 2)]}
          close={() => setOpen(null)}
          onSaved={selection.clear}
        />
      )}
      {open === "exempt" && (
        <ExemptDialog
          title={rule.failedTitle}
          scopes={scopesOf(rule.id, resources, units)}
          close={() => setOpen(null)}
          onSaved={selection.clear}
        />
      )}
    </>
  );
}

function scopesOf(ruleId: string, resources: RecommendationResource[], units: RecommendationKind[]): ScopeChoice[] {
  const count = resources.length;
  const [first] = resources;
  return [
    {
      value: "selected",
      label: count === 1 && first ? first.name : `The ${formatNumber(count)} selected ${unitOf(units, count)}`,
      targets: resources.map((resource) => targetOf(ruleId, resource)),
    },
    {
      value: "all",
      label: `All ${unitOf(units, 2)}, also those that come`,
      targets: [{ subject: { kind: "rule", id: ruleId }, scope: {} }],
    },
  ];
}

function targetOf(ruleId: string, resource: RecommendationResource): ExemptionTarget {
  return {
    subject: { kind: "rule", id: ruleId },
    scope: {
      rootId: resource.rootId,
      ...(resource.resourceKind === "repository" ? { repositoryId: resource.resourceId } : {}),
    },
  };
}
