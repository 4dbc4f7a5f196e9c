/** Closed list of what can go wrong at a boundary, with the HTTP status each becomes. */
export const errorStatus = {
  "bad-request": 400,
  "validation-failed": 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  gone: 410,
  "too-large": 413,
  "unsupported-media-type": 415,
  "rate-limited": 429,
  "upstream-unreachable": 502,
  "upstream-refused": 502,
  unavailable: 503,
} as const;
export type ErrorCode = keyof typeof errorStatus;

export interface FieldFault {
  /** JSON pointer to the faulty value, for example `/url`. */
  pointer: string;
  detail: string;
}

/**
 * A broken precondition whose text may be shown to the person who caused it: it says what is wrong, where, and
 * what to do. Anything that is not an AppError is a bug and only shows a request id.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: FieldFault[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    publicMessage: string,
    options: { cause?: unknown; faults?: FieldFault[]; retryAfterSeconds?: number } = {},
  ) {
    super(publicMessage, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.faults = options.faults ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
