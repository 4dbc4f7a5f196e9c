import type { Inventory, LayerFacts, UnreadFile } from "#engines/image-scan/facts.ts";
import { takeInventory } from "#engines/image-scan/inventory.ts";
import { heldBy, MOST_LAYERS, noCost } from "#engines/image-scan/layer-limits.ts";
import { InputError, oneLine } from "../input-error.ts";
import type { LayerReading, ScannableImage } from "./scannable-image.ts";

/**
 * Reads the layers of an image and takes its inventory. Where a link leads to a file that was not kept, its layer is read
 * once more with that file wanted. Throws InputError that names the layer which cannot be read.
 */
export async function readInventory(image: ScannableImage): Promise<Inventory> {
  if (image.layers.length > MOST_LAYERS)
    throw new InputError(
      `${image.name} has ${image.layers.length} layers, more than the ${MOST_LAYERS} that are read.`,
    );
  const cost = noCost();
  const facts: LayerFacts[] = [];
  for (const index of image.layers.keys()) facts.push(await readOne(image, index, { cost }));
  const first = takeInventory(facts);
  for (const [index, alsoWanted] of byLayer(first.unread)) {
    const old = facts[index];
    if (old === undefined) continue;
    const held = heldBy(old);
    cost.entries -= held.entries;
    cost.pathBytes -= held.pathBytes;
    cost.keptBytes -= held.keptBytes;
    facts[index] = await readOne(image, index, { cost, alsoWanted });
  }
  return first.unread.length === 0 ? first.inventory : takeInventory(facts).inventory;
}

async function readOne(image: ScannableImage, index: number, reading: LayerReading): Promise<LayerFacts> {
  try {
    const layer = image.layers[index];
    if (layer === undefined) throw new RangeError(`There is no layer ${index}`);
    return await layer.read(reading);
  } catch (error) {
    throw new InputError(`Layer ${index} of ${image.name} cannot be read: ${oneLine(error)}`, { cause: error });
  }
}

function byLayer(unread: UnreadFile[]): Map<number, Set<string>> {
  const layers = new Map<number, Set<string>>();
  for (const { layer, path } of unread) layers.set(layer, (layers.get(layer) ?? new Set()).add(path));
  return layers;
}
