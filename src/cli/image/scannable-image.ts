import type { LayerFacts } from "#engines/image-scan/facts.ts";
import type { ImageCost } from "#engines/image-scan/layer-limits.ts";

/** An image that was found, whatever it came from. */
export interface ScannableImage {
  name: string;
  /** Digest of the manifest; of the configuration where there is no manifest (docker archives). */
  digest: string;
  /** `linux/amd64`; null when the image does not say. */
  platform: string | null;
  layers: ImageLayer[];
}

/** How a layer is read. */
export interface LayerReading {
  /** What the image's layers have cost so far; this one's cost is added. */
  cost?: ImageCost;
  /** Paths whose content is kept besides what analysers want by name. */
  alsoWanted?: ReadonlySet<string>;
}

export interface ImageLayer {
  digest: string | null;
  diffId: string | null;
  /** Reads the layer. Throws LayerError, or errors of the transport. */
  read(reading: LayerReading): Promise<LayerFacts>;
}

export interface OpenOptions {
  /** `os/architecture[/variant]`, where an index offers several. */
  platform: string | null;
  /** Name or tag inside an archive that holds several images. */
  image: string | null;
  /** Read every byte and compare all digests. */
  verify: boolean;
  /** Makes a folder for what has to be unpacked; whoever gives it removes it. */
  scratch: () => string;
}
