import { z } from "zod";

/**
 * What a notice is about: `new-findings` by a push or an import, `exploited` a flaw became known as exploited, `first-look` sums up
 * what is new to us, `control-failed` controls of a root turned unhealthy, `host-silent` an agent went silent, `exemption-ended` what
 * a person had exempted counts again.
 */
export const noticeKinds = [
  "new-findings",
  "exploited",
  "first-look",
  "control-failed",
  "host-silent",
  "exemption-ended",
] as const;
export const NoticeKind = z.enum(noticeKinds);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** The words people read for a kind of notice. */
export const noticeKindWords: Record<NoticeKind, string> = {
  "new-findings": "New findings",
  exploited: "Now exploited",
  "first-look": "First look",
  "control-failed": "Control failed",
  "host-silent": "Host silent",
  "exemption-ended": "Exemption over",
};
