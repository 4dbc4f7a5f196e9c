import { z } from "zod";
import { Severity } from "#domain/severity.ts";

/** What is known of an image once it was scanned and its findings were counted: what its verdicts rest on. */
export const ImageStanding = z.object({
  scanState: z.string(),
  /** Why the last scan gave no result. */
  scanReason: z.string().nullable(),
  /** A scan has ended with a result, whatever became of later ones. */
  isScanned: z.boolean(),
  /** `known` = its distribution can be judged. */
  osState: z.string(),
  /** As people call it; `its distribution` where it has no name. */
  osName: z.string(),
  /** ISO date. */
  endOfLifeAt: z.string().nullable(),
  completeness: z.enum(["complete", "partial"]).nullable(),
  /** The worst severity among its open findings in its worst place; `unknown` = not rated, null = there are none. */
  worst: Severity.nullable(),
  /** One of them is known to be exploited. */
  isExploited: z.boolean(),
  /** Ecosystems of its packages that no live source of advisories covers. */
  withoutFeed: z.array(z.string()),
  /** Its findings were counted; false while a first count is under way. */
  isCounted: z.boolean(),
  hasPackages: z.boolean(),
});
export type ImageStanding = z.infer<typeof ImageStanding>;
