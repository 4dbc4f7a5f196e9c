import type { SearchGroup } from "#queries/search.ts";
import type { IconName } from "../icon.tsx";

/** What each kind of result is called, and its icon. */
export const searchGroups: Record<SearchGroup["kind"], { title: string; icon: IconName }> = {
  vulnerability: { title: "Vulnerabilities", icon: "bug" },
  image: { title: "Images", icon: "image" },
  repository: { title: "Repositories", icon: "registry" },
  package: { title: "Packages", icon: "container" },
  resource: { title: "Connected resources", icon: "grid" },
  rule: { title: "Controls and rules", icon: "shield" },
};
