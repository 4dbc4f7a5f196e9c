import type { Role } from "#domain/role.ts";

/** Pages that not everybody may see: what they are called and the role that they need. */
const pages: { path: string; name: string; needs: Role }[] = [
  { path: "/settings/users", name: "Users", needs: "admin" },
  { path: "/settings/audit", name: "Audit", needs: "admin" },
  { path: "/connect", name: "Connect", needs: "admin" },
];

/** Name and needed role of the page at a path, for the words of a 403. */
export function pageNeeds(pathname: string): { name: string; needs: Role } {
  const found = pages.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
  return found ?? { name: "this page", needs: "admin" };
}
