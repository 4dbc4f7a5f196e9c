"use client";
import { viewPath } from "../data/view-key.ts";
import { Icon } from "../icon.tsx";

/** "Export CSV": the list as it is filtered and sorted now, as a file. `view` is the route of the file. */
export function ExportLink({ view, params }: { view: string; params: Record<string, string | undefined> }) {
  return (
    <a
      className="bw-icon-button"
      href={viewPath({ view, params })}
      download
      aria-label="Export CSV"
      title="Export CSV, as filtered now"
    >
      <Icon name="download" />
    </a>
  );
}
