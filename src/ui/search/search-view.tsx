"use client";
import Link from "next/link";
import type { SearchGroup, SearchResult } from "#queries/search.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { Severity } from "../marks/severity.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import styles from "./search.module.css";
import { searchGroups } from "./search-groups.ts";

/** Results by kind. What names exactly one thing never comes here: the page goes straight to it. */
export function SearchView() {
  const url = useUrlState();
  const q = url.get("q") ?? "";
  const query = useView<SearchResult>({ view: "search", params: { q } });
  return (
    <Page title={q ? `Search: ${q.slice(0, 60)}` : "Search"}>
      <div className="bw-pad">
        <Results q={q} query={query} />
      </div>
    </Page>
  );
}

function Results({ q, query }: { q: string; query: ReturnType<typeof useView<SearchResult>> }) {
  if (query.error && !query.data)
    return <ErrorCard what="the results" problem={toProblem(query.error)} retry={() => void query.refetch()} />;
  if (!query.data) return <LoadingBars count={5} />;
  if (q.trim().length < 2) {
    return (
      <EmptyState title="Type at least two characters">
        A CVE or GHSA id, a package or its source, an image, the start of a digest, a repository, a registry, a host or
        a control.
      </EmptyState>
    );
  }
  if (query.data.groups.length === 0) {
    return (
      <EmptyState title={`Nothing matches "${q.slice(0, 80)}"`}>
        Searched ids and aliases of vulnerabilities, packages and their sources, images by name and digest,
        repositories, connected resources and rules. A CVE that no advisory names has its own{" "}
        <Link href={`/vulnerabilities/${encodeURIComponent(q)}`}>page that says what was searched</Link>.
      </EmptyState>
    );
  }
  return (
    <div className={styles.groups}>
      {query.data.groups.map((group) => (
        <Group key={group.kind} group={group} q={q} />
      ))}
    </div>
  );
}

function Group({ group, q }: { group: SearchGroup; q: string }) {
  const { title, icon } = searchGroups[group.kind];
  return (
    <section aria-labelledby={`group-${group.kind}`} className={styles.group}>
      <h2 className="bw-h2 bw-row" id={`group-${group.kind}`}>
        <Icon name={icon} />
        {title}
      </h2>
      <ul>
        {group.hits.map((hit) => (
          <li key={hit.href}>
            <Link href={hit.href} className="bw-medium">
              {hit.title}
            </Link>
            {hit.severity && <Severity severity={hit.severity} />}
            <span className="bw-second bw-cut" title={hit.detail}>
              {hit.detail}
            </span>
          </li>
        ))}
      </ul>
      {group.hasMore && group.kind === "vulnerability" && (
        <Link href={`/vulnerabilities?q=${encodeURIComponent(q)}`}>All open ones that match</Link>
      )}
      {group.hasMore && group.kind !== "vulnerability" && (
        <p className="bw-muted">More match. Type more of the name.</p>
      )}
    </section>
  );
}
