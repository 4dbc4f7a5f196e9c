import { z } from "zod";

/** What a signed-in person may do: a viewer reads, an analyst judges findings, an admin connects and manages. */
export const roles = ["viewer", "analyst", "admin"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

const roleRank: Record<Role, number> = { viewer: 1, analyst: 2, admin: 3 };

/** True when `role` includes everything that `needed` allows. */
export function roleIncludes(role: Role, needed: Role): boolean {
  return roleRank[role] >= roleRank[needed];
}

/** Who acts in a command or reads in a query. `system` is Breakwater itself (worker, start-up). */
export interface Actor {
  kind: "user" | "token" | "system";
  id: string;
  name: string;
  role: Role;
  address?: string;
  requestId?: string;
}
