"use client";
import type { ExemptionItem } from "#queries/exemption/exemption-list.ts";
import { useChange } from "../data/use-change.ts";
import { Confirm } from "../settings/confirm.tsx";
import { plural } from "../text/format-number.ts";
import { scopeWords } from "./exemption-scope-words.ts";

/** Asks before an exemption ends, and says what counts again. */
export function EndExemption({ exemption, close }: { exemption: ExemptionItem; close: () => void }) {
  const end = useChange(() => ({ method: "DELETE", path: `/api/v1/exemptions/${exemption.id}` }), close);
  const { kind, control, subject, findings, images, resources } = exemption;
  const back =
    kind === "vulnerability"
      ? findings > 0
        ? `${plural(findings, "finding counts", "findings count")} again at once, in ${plural(images, "image")}, unless another exemption covers ${findings === 1 ? "it" : "them"}.`
        : "It covers nothing now, so nothing counts again."
      : `The rule counts again at once${resources > 0 ? `, on ${plural(resources, "resource")}` : ""}.`;
  return (
    <Confirm
      title={`End the exemption of ${control ?? subject}`}
      isOpen
      close={close}
      action="End it"
      onConfirm={() => end.run()}
      isRunning={end.isRunning}
      problem={end.problem}
    >
      <p>
        {scopeWords(exemption)}. {back} The exemption stays in the list of expired ones.
      </p>
    </Confirm>
  );
}
