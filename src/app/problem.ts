import { z } from "zod";
import { AppError, type ErrorCode, errorStatus, type FieldFault } from "#domain/app-error.ts";

/** The body of every error answer (RFC 9457). `instance` is the request id, which is also in the log. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors?: FieldFault[];
}

const titles: Record<ErrorCode, string> = {
  "bad-request": "The request is not usable",
  "validation-failed": "Some values are not usable",
  unauthenticated: "Sign in or send a token",
  forbidden: "Not allowed",
  "not-found": "Not found",
  conflict: "This does not fit the present state",
  gone: "No longer valid",
  "too-large": "The body is too large",
  "unsupported-media-type": "This media type is not read here",
  "rate-limited": "Too many requests",
  "upstream-unreachable": "Another system did not answer",
  "upstream-refused": "Another system refused",
  unavailable: "Not available right now",
};

/** Turns any thrown value into a problem. Values that are not an AppError or zod fault show the request id alone. */
export function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof AppError) return fromCode(error.code, error.message, requestId, error.faults);
  if (error instanceof z.ZodError) {
    const faults = zodFaults(error);
    return fromCode("validation-failed", "Some values are not usable. See errors for each of them.", requestId, faults);
  }
  const away = databaseAway(error);
  if (away) return fromCode("unavailable", away, requestId, []);
  if (holdsUnstorableText(error))
    return fromCode(
      "bad-request",
      "A text in the request holds a character that no text can have (NUL).",
      requestId,
      [],
    );
  return {
    type: "/problems/internal",
    title: "Breakwater made a mistake",
    status: 500,
    detail: `Something went wrong that Breakwater did not expect. The log has the cause under reference ${requestId}.`,
    instance: requestId,
  };
}

/** What a database that cannot serve now says of it, in words; null for any other error (SQLSTATE, Postgres appendix A). */
export function databaseAway(error: unknown): string | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (code === "53100")
      return "The disk of the database is full: nothing can be stored. Make room on it; it goes on by itself.";
    if (/^(?:08|53|57P0)/.test(code) || awayCodes.has(code) || awayText.test(cause.message))
      return "The database does not answer right now. It is tried again by itself; try again in a moment.";
  }
  return null;
}

/** Postgres stores no NUL in a text: what asked for it can name nothing that exists (SQLSTATE 22021). */
function holdsUnstorableText(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1)
    if ("code" in cause && (cause.code === "22021" || cause.code === "22P05")) return true;
  return false;
}

const awayCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT"]);
const awayText =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** One fault per issue, with a JSON pointer (RFC 6901). `base` is prefixed, for example `/query`. */
export function zodFaults(error: z.ZodError, base = ""): FieldFault[] {
  return error.issues.map((issue) => ({
    pointer: base + issue.path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    detail: issue.message,
  }));
}

function fromCode(code: ErrorCode, detail: string, requestId: string, faults: FieldFault[]): Problem {
  return {
    type: `/problems/${code}`,
    title: titles[code],
    status: errorStatus[code],
    detail,
    instance: requestId,
    ...(faults.length > 0 ? { errors: faults } : {}),
  };
}
