import type { LayerFacts } from "./facts.ts";

/** What is known of a layer that is not stored with its image, as Windows base layers often are: that it was not seen. */
export function foreignLayer(index: number, diffId: string | null): LayerFacts {
  const message = `Layer ${index} is not stored with the image (its maker does not pass it on), so what is in it is not known.`;
  return {
    diffId: diffId ?? "",
    uncompressedBytes: 0,
    entryCount: 0,
    entries: [],
    diagnostics: [{ code: "foreign-layer", message }],
  };
}
