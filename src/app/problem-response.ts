import { AppError } from "#domain/app-error.ts";
import { log } from "#log.ts";
import { toProblem } from "./problem.ts";

/** An answer of the API is data: it is never rendered, framed or guessed to be another type. */
export const apiSecurityHeaders = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Answers a failed request with problem+json and logs the cause of what nobody expected. */
export function problemResponse(error: unknown, requestId: string, request?: Request): Response {
  const problem = toProblem(error, requestId);
  if (problem.status >= 500) {
    const where = request ? { method: request.method, path: new URL(request.url).pathname } : {};
    log.error({ requestId, ...where, status: problem.status, err: error }, "a request failed");
  }
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...apiSecurityHeaders,
  });
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="breakwater"');
  if (error instanceof AppError && error.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(error.retryAfterSeconds));
  }
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
