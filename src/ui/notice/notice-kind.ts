/** The words people read for a kind of notice. */
export const kindWords: Record<string, string> = {
  "new-findings": "New findings",
  exploited: "Now exploited",
  "first-look": "First look",
  "control-failed": "Control failed",
  "host-silent": "Host silent",
};
