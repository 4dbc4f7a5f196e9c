import { randomBytes, randomUUID } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { pageSecurityHeaders } from "#app/page-security-headers.ts";
import { problemResponse } from "#app/problem-response.ts";
import { config as environment } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { isKnownHost, unknownHostText } from "#domain/known-host.ts";

/** Pages that strangers may see. */
const OPEN_PAGES = /^\/(login|setup)\/?$/;

/**
 * Runs before every page: gives it a nonce, security headers and its own address, and sends people without a session cookie to
 * sign in and back. Only the cookie's presence is looked at here; who it is, every page and query asks again.
 */
export function proxy(request: NextRequest): Response {
  const { nextUrl } = request;
  const host = request.headers.get("host");
  if (!isKnownHost(host, environment())) return refusal("bad-request", unknownHostText(host));
  // A script took a page for the API: sending it to sign in would look like success.
  if (request.headers.has("authorization") && !hasSessionCookie(request))
    return refusal("not-found", "There is no such address in the API. /api/v1/openapi.json lists what there is.");
  const url = new URL(nextUrl.pathname + nextUrl.search, "http://page.invalid");
  url.searchParams.delete("_rsc");
  const path = url.pathname + url.search;
  const nonce = randomBytes(18).toString("base64");
  const security = pageSecurityHeaders({
    nonce,
    isDevelopment: environment().isDevelopment,
    isHttps: environment().publicUrl.startsWith("https://"),
  });
  if (!OPEN_PAGES.test(nextUrl.pathname) && !hasSessionCookie(request)) {
    const login = nextUrl.clone();
    login.pathname = "/login";
    login.search = path === "/" ? "" : `?returnTo=${encodeURIComponent(path)}`;
    return withHeaders(NextResponse.redirect(login), security);
  }
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("x-breakwater-path", path);
  // Next reads the nonce for its own scripts from the policy of the request.
  headers.set("content-security-policy", security["content-security-policy"] ?? "");
  return withHeaders(NextResponse.next({ request: { headers } }), security);
}

/** A problem as the API answers it. */
function refusal(code: "bad-request" | "not-found", detail: string): Response {
  return problemResponse(new AppError(code, detail), randomUUID());
}

function hasSessionCookie(request: NextRequest): boolean {
  return request.cookies.getAll().some(({ name }) => name.endsWith("breakwater.session_token"));
}

function withHeaders(response: NextResponse, headers: Record<string, string>): NextResponse {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

// Everything below /api stays outside: a proxy cuts request bodies at 10 MB, and API routes set their own headers. The rest
// that is left out gets its headers in next.config.mjs.
export const config = {
  matcher: ["/((?!api/|api$|metrics$|_next/|favicon\\.|robots\\.txt$|icon|fonts/).*)"],
};
