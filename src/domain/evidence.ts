import { z } from "zod";

/** A typed fact that made a verdict. */
export const Evidence = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("setting"),
    path: z.string(),
    actual: z.string(),
    expected: z.string(),
    item: z.string().optional(),
  }),
  z.object({
    kind: z.literal("package"),
    name: z.string(),
    installed: z.string(),
    fixedIn: z.string().nullable(),
  }),
  z.object({ kind: z.literal("file"), path: z.string(), layer: z.string().optional() }),
  z.object({ kind: z.literal("process"), pid: z.number(), command: z.string() }),
  z.object({ kind: z.literal("event"), name: z.string(), at: z.string(), detail: z.string() }),
]);
export type Evidence = z.infer<typeof Evidence>;

/** Something that could not be read or understood. A result with diagnostics is never presented as complete. */
export const Diagnostic = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;
