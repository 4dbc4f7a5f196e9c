"use client";
import { OWNER_MINE, OWNER_NONE } from "#domain/owner.ts";
import type { OwnerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { useView } from "../data/use-view.ts";
import { ChoiceFilter } from "../page/filter-bar.tsx";

interface Props {
  value: string | undefined;
  onChange: (owner: string | undefined) => void;
}

/** Limits a list to one owner, to one's own, or to what nobody answers for. */
export function OwnerFilter({ value, onChange }: Props) {
  const owners = useView<OwnerSettingsView>({ view: "owners" }, { topics: ["containers"] });
  const names = (owners.data?.owners ?? []).map(({ name }) => name);
  // A name in the address that no list has yet must still be seen and cleared.
  const all = value && !value.startsWith("@") && !names.includes(value) ? [value, ...names] : names;
  return (
    <ChoiceFilter
      label="Owner"
      choices={[
        { value: OWNER_MINE, label: "Mine" },
        { value: OWNER_NONE, label: "No owner" },
        ...all.map((name) => ({ value: name, label: name })),
      ]}
      value={value}
      onChange={onChange}
    />
  );
}
