"use client";
import { Autocomplete, Select, TextInput } from "@mantine/core";
import { type OwnerRule, type OwnerRuleKind, ownerRuleKinds } from "#domain/owner.ts";
import { faultOf, type Problem } from "../data/problem.ts";
import { Icon } from "../icon.tsx";
import styles from "./owner.module.css";

const kindWords: Record<OwnerRuleKind, string> = { repository: "Repository", namespace: "Namespace", host: "Host" };

interface Props {
  rule: OwnerRule;
  /** Its place in the order, from 1. */
  number: number;
  registries: readonly { id: string; name: string }[];
  owners: string[];
  problem: Problem | null;
  /** Null = it can only be read. */
  change: ((rule: OwnerRule) => void) | null;
  up: (() => void) | null;
  remove: () => void;
}

/** One owner rule as a line of fields. */
export function OwnerRuleFields({ rule, number, registries, owners, problem, change, up, remove }: Props) {
  const set = (part: Partial<OwnerRule>) => change?.({ ...rule, ...part });
  const fault = (name: string) => faultOf(problem, `/rules/${number - 1}/${name}`);
  return (
    <li className={styles.rule} aria-label={`Rule ${number}`}>
      <Select
        label="What"
        data={ownerRuleKinds.map((kind) => ({ value: kind, label: kindWords[kind] }))}
        allowDeselect={false}
        readOnly={!change}
        value={rule.kind}
        onChange={(value) => {
          const kind = ownerRuleKinds.find((known) => known === value) ?? rule.kind;
          set({ kind, rootId: kind === "host" ? null : rule.rootId });
        }}
      />
      <TextInput
        label="Pattern"
        placeholder={rule.kind === "host" ? "build-*" : rule.kind === "namespace" ? "shop" : "shop/*"}
        readOnly={!change}
        value={rule.pattern}
        error={fault("pattern")}
        onChange={(event) => set({ pattern: event.currentTarget.value })}
      />
      <Select
        label="In"
        data={[
          { value: "", label: rule.kind === "host" ? "Every host" : "Every registry" },
          ...registries.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        allowDeselect={false}
        readOnly={!change || rule.kind === "host"}
        value={rule.rootId ?? ""}
        onChange={(value) => set({ rootId: value || null })}
      />
      <Autocomplete
        label="Owner"
        data={owners}
        readOnly={!change}
        value={rule.owner}
        error={fault("owner")}
        onChange={(owner) => set({ owner })}
      />
      {change && (
        <div className={styles.ruleTools}>
          <button
            type="button"
            className="bw-icon-button"
            aria-label={`Move rule ${number} up`}
            title="Move up"
            disabled={up === null}
            onClick={() => up?.()}
          >
            <Icon name="chevronUp" />
          </button>
          <button
            type="button"
            className="bw-icon-button"
            aria-label={`Remove rule ${number}`}
            title="Remove"
            onClick={remove}
          >
            <Icon name="cross" />
          </button>
        </div>
      )}
    </li>
  );
}
