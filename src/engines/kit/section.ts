import { z } from "zod";

/** A section that could not be collected, with the reason. The engine's own errors arrive as `$status`, `$error`. */
export const Failed = z.union([
  z
    .object({
      error: z.union([z.string(), z.object({ code: z.unknown(), message: z.unknown() }).partial()]),
      /** Whose answer it would have been, in a list of answers. */
      Id: z.string().optional().catch(undefined),
    })
    .transform(({ error, Id }) => ({
      ...(typeof error === "string"
        ? failure("error", error)
        : failure(`${error.code ?? "error"}`, `${error.message ?? "no message"}`)),
      ...(Id === undefined ? {} : { Id }),
    })),
  z
    .object({ $status: z.union([z.number(), z.string()]), $error: z.unknown() })
    .transform(({ $status, $error }) =>
      failure(`HTTP ${$status}`, typeof $error === "string" ? $error : JSON.stringify($error ?? null)),
    ),
]);
export type FailedSection = { error: { code: string; message: string }; Id?: string };

function failure(code: string, message: string): FailedSection {
  return { error: { code, message } };
}

/**
 * A section, or the reason why there is none. One of an unexpected form counts as failed: it makes its own controls
 * unknown and costs no others.
 */
export const section = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .union([Failed, shape])
    .catch((context) => failure("form", formProblem(context.error.issues)))
    .nullish();

/** One element of a list of answers: a failed one, or one of another form, costs no other. */
export const element = <Shape extends z.ZodType>(shape: Shape) =>
  z.union([Failed, shape]).catch((context) => failure("form", formProblem(context.error.issues)));

/** A field whose absence is "not read" already: one of another form was not read either. */
export const lenient = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().catch(null);

export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const count = z.number().nullish();
export const texts = z.array(z.string()).nullish();
export const map = z.record(z.string(), z.string().nullable()).nullish();

/** Where a form differs from what is known, and how: the deepest issue of the branch that came furthest. */
function formProblem(issues: readonly z.core.$ZodIssue[]): string {
  const found = issues.flatMap((issue) => deepIssues(issue, []));
  const [first] = found.sort((left, right) => right.path.length - left.path.length);
  return `${first?.path.join(".") || "the answer"} has an unexpected form: ${first?.message ?? "not known"}`;
}

function deepIssues(issue: z.core.$ZodIssue, above: PropertyKey[]): { path: PropertyKey[]; message: string }[] {
  const path = [...above, ...issue.path];
  const inner = issue.code === "invalid_union" ? issue.errors.flat() : [];
  return inner.length > 0 ? inner.flatMap((nested) => deepIssues(nested, path)) : [{ path, message: issue.message }];
}

/** True when a section is a failure or was never sent. */
export function isFailed(value: unknown): value is FailedSection {
  return typeof value === "object" && value !== null && "error" in value && !Array.isArray(value);
}
