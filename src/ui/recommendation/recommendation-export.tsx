import { Button } from "@mantine/core";
import { Icon } from "../icon.tsx";
import { resourceFilterNames } from "./recommendation-params.ts";

/** Downloads the resources of the shown list, with the filters of the page and without a cap. */
export function RecommendationExport({ id, params }: { id: string; params: Record<string, string> }) {
  const query = new URLSearchParams();
  for (const name of [...resourceFilterNames, "status"]) {
    const value = params[name];
    if (value) query.set(name, value);
  }
  const text = query.toString();
  return (
    <Button
      component="a"
      variant="default"
      leftSection={<Icon name="download" />}
      href={`/api/v1/recommendations/${encodeURIComponent(id)}/resources.csv${text ? `?${text}` : ""}`}
      download
    >
      Export
    </Button>
  );
}
