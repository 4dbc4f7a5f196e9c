import { AppError } from "#domain/app-error.ts";

/**
 * Why a scan has no result, in one plain sentence for the image page. `isPermanent`: another try would read the same bytes
 * and fail the same way, so none is made.
 */
export class ScanFailure extends Error {
  readonly isPermanent: boolean;

  constructor(message: string, options: { isPermanent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "ScanFailure";
    this.isPermanent = options.isPermanent;
  }
}

/** Somebody called the scan off; it ends without a result and without a failure. */
export class ScanCancelled extends Error {
  constructor(message = "The scan was cancelled") {
    super(message);
    this.name = "ScanCancelled";
  }
}

/** The sentence that a person is shown for an error. An unexpected one says so and leaves the detail to the log. */
export function plainReason(error: unknown): string {
  if (error instanceof ScanFailure || error instanceof AppError) return error.message;
  return "Something unexpected went wrong inside Breakwater. The worker's log has the details under this job's id.";
}
