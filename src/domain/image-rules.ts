/** Ids of the rules that an image is held against. Ids never change; their words stand with the engine. */
export const imageRules = {
  vulnerabilities: "image-vulnerabilities-remediated",
  distribution: "image-distribution-supported",
  assessed: "image-assessed",
} as const;
