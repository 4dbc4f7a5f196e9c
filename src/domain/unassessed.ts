import { unwatchedReason } from "./feed-state.ts";

/** Why an image is not judged. The order is that of the checks: the first that holds is the reason. */
export const unassessedCauses = [
  "waiting",
  "scanning",
  "failed",
  "notScanned",
  "noPackages",
  "unknownSystem",
  "partial",
  "noFeed",
  "counting",
] as const;
export type UnassessedCause = (typeof unassessedCauses)[number];

const words: Record<UnassessedCause, string> = {
  waiting: "Waiting to be scanned",
  scanning: "Being scanned",
  failed: "The scan failed",
  notScanned: "Not scanned yet",
  noPackages: "No package database in this image, so findings are not known",
  unknownSystem: "The distribution is not one that advisories are known for",
  partial: "Only a part of it could be read or judged",
  noFeed: "No live source of advisories covers its packages",
  counting: "Its findings are being counted",
};

/** What is known of a scan, as far as it decides. */
export interface ScanFacts {
  scanState: string;
  scannedAt: string | null;
  packageCount: number;
  osState: string;
  completeness: string | null;
  withoutFeed: readonly string[];
}

/** The cause for an image whose posture is unknown; the same as the one that the list of gaps reads in the database. */
export function unassessedCause(image: ScanFacts): UnassessedCause {
  if (image.scanState === "queued") return "waiting";
  if (image.scanState === "scanning" || image.scanState === "failed") return image.scanState;
  if (image.scannedAt === null) return "notScanned";
  if (image.packageCount === 0) return "noPackages";
  if (image.osState !== "known") return "unknownSystem";
  if (image.completeness !== "complete") return "partial";
  return image.withoutFeed.length > 0 ? "noFeed" : "counting";
}

/** The cause in the words that every page uses, so that one image has one reason wherever it is seen. */
export function unassessedReason(cause: UnassessedCause, withoutFeed: readonly string[]): string {
  return cause === "noFeed" ? unwatchedReason(withoutFeed) : words[cause];
}
