"use client";
import { Combobox, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { SearchHit, SearchResult } from "#queries/search.ts";
import { useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { searchGroups } from "../search/search-groups.ts";
import styles from "./shell.module.css";

const TYPING_MS = 150;
/** Of each kind; the page of results has the rest. */
const SHOWN = 4;

/** Search with suggestions while typing. Enter without choosing one opens the page of results, or the one exact match. */
export function SearchField() {
  const router = useRouter();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), TYPING_MS);
  const isLong = q.length >= 2;
  const found = useView<SearchResult>({ view: "search", params: { q } }, { enabled: isLong });
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const groups = isLong && found.data && !found.isOutdated ? found.data.groups : [];
  const go = (href: string) => {
    list.closeDropdown();
    setText("");
    document.getElementById("find")?.blur();
    router.push(href);
  };
  return (
    <search className={styles.findSlot}>
      <form
        action="/search"
        className={styles.find}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) go(`/search?q=${encodeURIComponent(text.trim())}`);
        }}
      >
        <Icon name="search" />
        <Combobox store={list} onOptionSubmit={go} width={420} position="bottom-end" shadow="md">
          <Combobox.Target withExpandedAttribute>
            <input
              id="find"
              name="q"
              aria-label="Search"
              placeholder="CVE, image, digest, package"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                list.openDropdown();
              }}
              onFocus={() => list.openDropdown()}
              onBlur={() => list.closeDropdown()}
            />
          </Combobox.Target>
          <Combobox.Dropdown hidden={groups.length === 0} className={styles.suggestions}>
            <Combobox.Options aria-label="Suggestions">
              {groups.map((group) => (
                <Combobox.Group key={group.kind} label={searchGroups[group.kind].title}>
                  {group.hits.slice(0, SHOWN).map((hit) => (
                    <Suggestion key={hit.href} hit={hit} />
                  ))}
                </Combobox.Group>
              ))}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        <kbd>/</kbd>
      </form>
    </search>
  );
}

function Suggestion({ hit }: { hit: SearchHit }) {
  return (
    <Combobox.Option value={hit.href}>
      <span className="bw-medium">{hit.title}</span>
      <span className="bw-sub bw-cut">{hit.detail}</span>
    </Combobox.Option>
  );
}
