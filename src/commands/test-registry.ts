import type { RegistryRights } from "#domain/registry-rights.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";
import { RegistryConnection, tryConnection } from "./registry-connection.ts";

/** Tries a connection without saving it: each right is named with its outcome and, when denied, the exact missing role. */
export async function testRegistry(actor: Actor, input: unknown): Promise<RegistryRights> {
  requireRole(actor, "admin");
  const connection = RegistryConnection.parse(input);
  const rights = await tryConnection(connection);
  const target = { kind: "registry", name: new URL(connection.url).host };
  await transaction((tx) =>
    recordAudit(tx, actor, {
      action: "registry.test",
      target,
      after: { rights: rights.rights.map(({ name, state }) => `${name}: ${state}`) },
    }),
  );
  return rights;
}
