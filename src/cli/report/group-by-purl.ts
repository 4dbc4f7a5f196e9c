import type { ScanResult } from "../scan-result.ts";

type ReportedPackage = ScanResult["packages"][number];

/** A package with all the places where it is installed. */
export interface PackagePlaces {
  purl: string;
  first: ReportedPackage;
  places: { path: string; layer: number; dev: boolean }[];
}

/** SBOMs name a package once, however often it is installed. In the order of the first place. */
export function groupByPurl(packages: ReportedPackage[]): PackagePlaces[] {
  const groups = new Map<string, PackagePlaces>();
  for (const pkg of packages) {
    const group = groups.get(pkg.purl) ?? { purl: pkg.purl, first: pkg, places: [] };
    group.places.push({ path: pkg.path, layer: pkg.layer, dev: pkg.dev });
    groups.set(pkg.purl, group);
  }
  return [...groups.values()];
}
