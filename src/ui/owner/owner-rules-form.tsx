"use client";
import { Button, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import type { OwnerRule } from "#domain/owner.ts";
import type { OwnerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useMay } from "../shell/frame-context.tsx";
import styles from "./owner.module.css";
import { OwnerPreview } from "./owner-preview.tsx";
import { OwnerRuleFields } from "./owner-rule-fields.tsx";

/** A rule in the form, with a key that stays with it when rules are moved. */
interface Draft {
  key: number;
  rule: OwnerRule;
}

/** Labels, rules and default owner, with what would change before it is saved. Only admins change them. */
export function OwnerRulesForm({ data }: { data: OwnerSettingsView }) {
  const isAdmin = useMay("admin");
  const [labels, setLabels] = useState(data.labels);
  const [fallback, setFallback] = useState(data.defaultOwner ?? "");
  const [drafts, setDrafts] = useState<Draft[]>(() =>
    data.rules.map(({ rootName: _name, ...rule }, key) => ({ key, rule })),
  );
  const settings = {
    labels,
    defaultOwner: fallback.trim() || null,
    rules: drafts.map(({ rule }) => rule),
  };
  const saved = {
    labels: data.labels,
    defaultOwner: data.defaultOwner,
    rules: data.rules.map(({ rootName: _, ...rule }) => rule),
  };
  const isChanged = JSON.stringify(settings) !== JSON.stringify(saved);
  const isWhole = settings.rules.every(({ pattern, owner }) => pattern.trim() && owner.trim());
  const save = useChange(() => ({ method: "PUT", path: "/api/v1/owners", body: settings }));
  const change = (key: number, rule: OwnerRule) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { key, rule } : draft)));
  return (
    <section className={styles.section} aria-label="How owners are found">
      <h2 className="bw-h2">How owners are found</h2>
      <p className="bw-second">
        A label of the image comes first, then the first rule that matches, then what the registry or host says itself,
        then the default.
      </p>
      <TagsInput
        label="Labels of an image that name its owner"
        description="The first that an image has counts. Labels that base images hand down would name their people"
        value={labels}
        onChange={setLabels}
        readOnly={!isAdmin}
        error={faultOf(save.problem, "/labels")}
      />
      <ol className={styles.rules} aria-label="Rules">
        {drafts.map(({ key, rule }, at) => (
          <OwnerRuleFields
            key={key}
            rule={rule}
            number={at + 1}
            registries={data.registries}
            owners={data.owners.map(({ name }) => name)}
            problem={save.problem}
            change={isAdmin ? (next) => change(key, next) : null}
            up={at > 0 ? () => setDrafts(moved(drafts, at)) : null}
            remove={() => setDrafts(drafts.filter((draft) => draft.key !== key))}
          />
        ))}
      </ol>
      {drafts.length === 0 && <p className="bw-muted">No rules yet.</p>}
      {isAdmin && (
        <div>
          <Button
            onClick={() =>
              setDrafts([
                ...drafts,
                { key: nextKey(drafts), rule: { kind: "repository", pattern: "", rootId: null, owner: "" } },
              ])
            }
          >
            Add rule
          </Button>
        </div>
      )}
      <TextInput
        label="Default owner"
        description="Answers for what nothing else names. Left empty, it has no owner"
        value={fallback}
        onChange={(event) => setFallback(event.currentTarget.value)}
        readOnly={!isAdmin}
        error={faultOf(save.problem, "/defaultOwner")}
      />
      {isAdmin && isChanged && isWhole && <OwnerPreview settings={settings} />}
      {save.problem && (
        <p className={styles.fault} role="alert">
          {save.problem.detail}
        </p>
      )}
      {isAdmin && (
        <div>
          <Button
            variant="filled"
            disabled={!isChanged || !isWhole}
            loading={save.isRunning}
            onClick={() => save.run()}
          >
            Save owners
          </Button>
        </div>
      )}
    </section>
  );
}

const nextKey = (drafts: readonly Draft[]) => Math.max(-1, ...drafts.map(({ key }) => key)) + 1;

/** The list with the rule at `at` before the one above it. */
function moved(drafts: readonly Draft[], at: number): Draft[] {
  const next = [...drafts];
  const [draft] = next.splice(at, 1);
  if (draft) next.splice(at - 1, 0, draft);
  return next;
}
