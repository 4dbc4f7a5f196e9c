/** Any origin will do: it only has to survive parsing when the address stays on our side. */
const BASE = "https://breakwater.invalid";

/**
 * The page to open after sign-in: `wanted` when it is a path of this very site, else `/`. Only one leading slash, no
 * backslash (browsers read it as a slash), no control characters (they drop tab and line feed), and never the sign-in
 * pages themselves.
 */
export function safeReturnTo(wanted: unknown): string {
  if (typeof wanted !== "string" || wanted.length > 2000) return "/";
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(wanted)) return "/";
  if (!URL.canParse(wanted, BASE)) return "/";
  const url = new URL(wanted, BASE);
  // `/.//host` parses to the path `//host`, which would leave the site when used again.
  if (url.origin !== BASE || url.pathname.startsWith("//")) return "/";
  if (/^\/(login|setup|change-password|api|_next)(\/|$)/.test(url.pathname)) return "/";
  return url.pathname + url.search + url.hash;
}
