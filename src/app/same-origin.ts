import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";

/**
 * Refuses changes that a browser sends for another site (CSRF). `Sec-Fetch-Site` cannot be set by a page; browsers on
 * plain http send `Origin` instead. A request with neither did not come from our pages.
 */
export function requireSameOrigin(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  const origin = request.headers.get("origin");
  if (site === null && origin !== null && isOwnOrigin(origin, request.headers)) return;
  throw new AppError("forbidden", "This change was not sent by a page of Breakwater. Use the page, or an api token.");
}

function isOwnOrigin(origin: string, headers: Headers): boolean {
  if (!URL.canParse(origin)) return false;
  const { publicUrl, hasPublicUrl } = config();
  if (origin === new URL(publicUrl).origin) return true;
  return !hasPublicUrl && new URL(origin).host === headers.get("host");
}
