import { z } from "zod";

/** One entry of an OCI image configuration's `history`; unknown keys are ignored. */
const HistoryEntry = z.object({ created_by: z.string().optional(), empty_layer: z.boolean().optional() });
const History = z.array(HistoryEntry.catch({}));
const Labels = z.record(z.string(), z.string()).catch({});
const Config = z
  .object({ Labels: Labels.nullish(), config: z.object({ Labels: Labels.nullish() }).nullish() })
  .catch({});

/** Where an image stops being its base and starts being its own. */
export interface BaseLayers {
  /** Number of lowest layers that came with the base image. */
  layers: number;
  /** Name of the base image, where the image says so itself. */
  name: string | null;
  /** `label`: the builder wrote the name into the image. `history`: guessed from the build history. */
  source: "label" | "history";
}

/**
 * Guesses which layers came with the base image. From the end of the history upwards, trailing entries without a layer
 * belong to the image; the next entry without a layer that sets CMD ended the base (as Trivy does). Returns null when
 * the history does not tell, as for images that were built from scratch in one step.
 */
export function baseLayers(history: unknown, config: unknown, layerCount: number): BaseLayers | null {
  const entries = History.safeParse(history);
  const { Labels: outer, config: inner } = Config.parse(config ?? {});
  const name = (inner?.Labels ?? outer)?.["org.opencontainers.image.base.name"] ?? null;
  const end = entries.success ? endOfBase(entries.data) : -1;
  const layers = entries.success ? entries.data.slice(0, end + 1).filter((entry) => !entry.empty_layer).length : 0;
  if (layers === 0 || layers > layerCount) return null;
  return { layers, name, source: name ? "label" : "history" };
}

function endOfBase(entries: readonly z.infer<typeof HistoryEntry>[]): number {
  let isOwn = false;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index];
    if (!entry?.empty_layer) isOwn = true;
    else if (isOwn && /^(\/bin\/sh -c #\(nop\)\s+)?CMD\b/.test(entry.created_by ?? "")) return index;
  }
  return -1;
}
