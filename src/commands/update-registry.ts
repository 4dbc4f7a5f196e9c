import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { markDirty } from "#store/count/dirty-marks.ts";
import { enqueue } from "#store/queue/queue.ts";
import { saveRegistryDetails } from "#store/registry/registry.ts";
import { transaction } from "#store/transaction.ts";
import { managedRegistry, RegistryId, targetOf } from "./managed-registry.ts";

const Settings = RegistrySettings.shape;
const Update = RegistryId.extend({
  name: z.string().trim().min(1).max(100).optional(),
  owner: z.string().trim().max(200).nullable().optional(),
  environment: z.string().trim().max(100).nullable().optional(),
  ignoreTags: Settings.ignoreTags.unwrap().optional(),
  repositories: Settings.repositories.unwrap().optional(),
  retireUntagged: z.boolean().optional(),
  reconcileMinutes: Settings.reconcileMinutes.unwrap().optional(),
});

/** Changes the name, owner, environment or rules of a registry. Fields that are left out stay. Changed rules start a comparison. */
export async function updateRegistry(actor: Actor, input: unknown): Promise<{ registryId: string }> {
  requireRole(actor, "admin");
  const { registryId, name, owner, environment, ...rules } = Update.parse(input);
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, registryId);
    const before = {
      name: registry.name,
      owner: registry.owner,
      environment: registry.environment,
      settings: registry.settings,
    };
    const changed = Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
    const settings = RegistrySettings.parse({ ...registry.settings, ...changed });
    if (registry.authKind === "repositoryToken" && !settings.repositories?.length) {
      throw new AppError(
        "validation-failed",
        "A repository-scoped token cannot list the registry, so at least one repository must be named.",
        {
          faults: [{ pointer: "/repositories", detail: "name at least one repository" }],
        },
      );
    }
    const after = {
      name: name ?? registry.name,
      owner: owner === undefined ? registry.owner : owner,
      environment: environment === undefined ? registry.environment : environment,
      settings,
    };
    await saveRegistryDetails(tx, registryId, after);
    if (JSON.stringify(settings) !== JSON.stringify(registry.settings) && registry.state !== "paused") {
      await enqueue(
        "reconcile-registry",
        { registryId, trigger: "person" },
        { executor: tx, priority: "person", key: registryId },
      );
    }
    await markDirty(tx, "registry", [{ scope: "registry", registryId }]);
    await recordAudit(tx, actor, { action: "registry.update", target: targetOf(registry), before, after });
    await recordChange(tx, `registry:${registryId}`, "containers");
    return { registryId };
  });
}
