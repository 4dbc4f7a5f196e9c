/**
 * Remembers which layer brought each version of the packages of one database file. Package managers write the file anew
 * for every change, so the file's own layer says nothing about the packages in it.
 */
export class PackageHistory<Package> {
  private seen: { bytes: Uint8Array } | null = null;
  private layers = new Map<string, number>();
  private packages: Package[] = [];
  private readonly parse: (bytes: Uint8Array) => Package[];
  private readonly keyOf: (found: Package) => string;

  constructor(parse: (bytes: Uint8Array) => Package[], keyOf: (found: Package) => string) {
    this.parse = parse;
    this.keyOf = keyOf;
  }

  /** Looks at the file after a layer was applied; null = it is not there. */
  observe(bytes: Uint8Array | null, layer: number): void {
    if (bytes === (this.seen?.bytes ?? null)) return;
    this.seen = bytes === null ? null : { bytes };
    this.packages = bytes === null ? [] : this.parse(bytes);
    const layers = new Map<string, number>();
    for (const found of this.packages) {
      const key = this.keyOf(found);
      layers.set(key, this.layers.get(key) ?? layer);
    }
    this.layers = layers;
  }

  /** Packages of the file as it is now, each with its layer. */
  list(): { found: Package; layer: number }[] {
    return this.packages.map((found) => ({ found, layer: this.layers.get(this.keyOf(found)) ?? 0 }));
  }
}
