"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { OwnerRule } from "#domain/owner.ts";
import { sendChange, toProblem } from "../data/problem.ts";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./owner.module.css";

interface Change {
  kind: "repository" | "host";
  name: string;
  from: string | null;
  to: string | null;
}
const SHOWN = 10;
const TYPING_MS = 300;

interface Settings {
  labels: string[];
  defaultOwner: string | null;
  rules: OwnerRule[];
}

/** Which repositories and hosts would get another owner, asked of the server once typing pauses. */
export function OwnerPreview({ settings }: { settings: Settings }) {
  const text = JSON.stringify(settings);
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const preview = useQuery({
    queryKey: ["owner-preview", asked],
    queryFn: () =>
      sendChange<{ total: number; changes: Change[] }>("POST", "/api/v1/owners/preview", JSON.parse(asked)),
    placeholderData: keepPreviousData,
  });
  const isTold = asked === text && !preview.isFetching;
  return (
    <div className={styles.preview} role="status" data-owner-preview={isTold ? "told" : "asking"}>
      {preview.error ? (
        `What it changes is not known: ${toProblem(preview.error).detail}`
      ) : preview.data ? (
        <>
          {preview.data.total === 0
            ? "No repository and no host gets another owner."
            : `${plural(preview.data.total, "repository or host gets", "repositories and hosts get")} another owner:`}
          {preview.data.total > 0 && (
            <ul>
              {preview.data.changes.slice(0, SHOWN).map((change) => (
                <li key={`${change.kind} ${change.name}`}>
                  {change.name}: {change.from ?? "no owner"} → {change.to ?? "no owner"}
                </li>
              ))}
              {preview.data.total > SHOWN && <li>and {formatNumber(preview.data.total - SHOWN)} more</li>}
            </ul>
          )}
        </>
      ) : (
        "Counting what it changes"
      )}
    </div>
  );
}
