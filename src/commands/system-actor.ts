import type { Actor } from "#domain/role.ts";

/** Breakwater itself, for what no signed-in person does: start-up, setup, the command line. */
export function systemActor(details: { name?: string; address?: string; requestId?: string } = {}): Actor {
  const { name = "Breakwater", ...rest } = details;
  return { kind: "system", id: "system", name, role: "admin", ...rest };
}
