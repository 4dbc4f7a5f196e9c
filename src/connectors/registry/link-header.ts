/**
 * The address of the next page from a `Link` header (RFC 8288), as a path with query on the registry's own origin. Null
 * when there is none. Throws Error when it leads to another origin. Distribution 2.8 writes `</v2/_catalog?last=…&n=1>; rel="next"`.
 */
export function nextPage(header: string | null, current: URL): string | null {
  if (!header) return null;
  for (const [, target = "", parameters = ""] of header.slice(0, 8192).matchAll(/<([^<>]*)>((?:\s*;\s*[^,;<]+)*)/g)) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(?:;|$)/i.test(parameters)) continue;
    const url = URL.parse(target, current);
    if (!url) throw new Error("the address of the next page is malformed");
    if (url.origin !== current.origin)
      throw new Error(`the next page is said to be on another host (${url.host.slice(0, 200)})`);
    return url.pathname + url.search;
  }
  return null;
}
