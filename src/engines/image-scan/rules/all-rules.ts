import type { RuleText } from "#domain/rule.ts";
import { imageAssessed } from "./image-assessed.ts";
import { imageDistributionSupported } from "./image-distribution-supported.ts";
import { imageVulnerabilitiesRemediated } from "./image-vulnerabilities-remediated.ts";

/** The rules that an image is held against. */
export const imageScanRules: readonly RuleText[] = [
  imageAssessed,
  imageDistributionSupported,
  imageVulnerabilitiesRemediated,
];
