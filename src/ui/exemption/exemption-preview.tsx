"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ExemptionEffect } from "#domain/exemption.ts";
import { sendChange, toProblem } from "../data/problem.ts";
import styles from "./exemption.module.css";
import { effectWords } from "./exemption-words.ts";
import type { ExemptionTarget } from "./scope-choice.ts";

/** What saving would take out of the figures, asked of the server as it stands now. */
export function ExemptionPreview({ targets }: { targets: readonly ExemptionTarget[] }) {
  const [first, ...also] = targets;
  const preview = useQuery({
    // Not a view: nothing live renews it while somebody types.
    queryKey: ["exemption-preview", targets],
    queryFn: () => sendChange<ExemptionEffect>("POST", "/api/v1/exemptions/preview", { ...first, also }),
    placeholderData: keepPreviousData,
    enabled: first !== undefined,
    staleTime: 0,
  });
  return (
    <p className={styles.preview} role="status" data-exemption-preview={preview.isFetching ? "asking" : "told"}>
      {preview.error
        ? `What it hides is not known: ${toProblem(preview.error).detail}`
        : preview.data
          ? effectWords(preview.data)
          : "Counting what it hides"}
    </p>
  );
}
