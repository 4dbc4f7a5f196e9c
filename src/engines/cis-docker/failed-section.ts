import { z } from "zod";

/** A section that could not be collected, with the reason. The engine's own errors arrive as `$status`, `$error`. */
export const Failed = z.union([
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ $status: z.number(), $error: z.string() }).transform(({ $status, $error }) => ({
    error: { code: `HTTP ${$status}`, message: $error },
  })),
]);
export type FailedSection = z.output<typeof Failed>;

export const section = <Shape extends z.ZodType>(shape: Shape) => z.union([Failed, shape]).optional();
export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const count = z.number().nullish();
export const texts = z.array(z.string()).nullish();
export const map = z.record(z.string(), z.string().nullable()).nullish();

/** True when a section is a failure or was never sent. */
export function isFailed(value: unknown): value is FailedSection {
  return typeof value === "object" && value !== null && "error" in value && !Array.isArray(value);
}
