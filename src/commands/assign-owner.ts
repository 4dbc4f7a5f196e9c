import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { OwnerName, type OwnerRule } from "#domain/owner.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { lockOwners, readOwnerSettings, setRootOwners, writeOwnerSettings } from "#store/owner/owner.ts";
import { ofRegistries, settleRepositoryOwners } from "#store/owner/settle-owners.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";

export const OwnerAssignment = z.object({
  /** Null takes the assignment back; rules, labels and the default still hold. */
  owner: OwnerName.nullable(),
  targets: z
    .array(z.object({ rootId: z.uuid(), repositoryId: z.uuid().nullable().default(null) }))
    .min(1)
    .max(500),
});

/**
 * Gives registries, hosts and repositories an owner. A root keeps it as its own; a repository gets a rule for its exact name, ahead
 * of all others. A label of an image still comes first. All of them or none.
 */
export async function assignOwner(actor: Actor, input: unknown): Promise<{ assigned: number }> {
  requireRole(actor, "analyst");
  const { owner, targets } = OwnerAssignment.parse(input);
  return transaction(async (tx) => {
    await lockOwners(tx);
    const roots = targets.filter(({ repositoryId }) => repositoryId === null).map(({ rootId }) => rootId);
    const registries = await setRootOwners(tx, roots, owner);
    const repositories = await repositoriesAmong(tx, targets);
    if (registries.found + repositories.length < targets.length)
      throw new AppError(
        "not-found",
        "One of these registries, hosts or repositories does not exist any more. Nothing was changed.",
      );
    if (repositories.length > 0) await writeExactRules(tx, repositories, { owner, by: actor.name });
    const touched = [...new Set([...registries.registryIds, ...repositories.map(({ rootId }) => rootId)])];
    await settleRepositoryOwners(tx, ofRegistries(touched));
    await recordAudit(tx, actor, {
      action: "owner.assign",
      target: { kind: "owner", id: owner ?? "", name: owner ?? "nobody" },
      after: { owner, targets },
    });
    await recordChange(tx, "containers", "vulnerabilities", ...touched.map((id) => `registry:${id}` as const));
    return { assigned: targets.length };
  });
}

const Named = z.object({ rootId: z.string(), name: z.string() });

function repositoriesAmong(
  tx: Transaction,
  targets: readonly { rootId: string; repositoryId: string | null }[],
): Promise<z.infer<typeof Named>[]> {
  const wanted = targets.filter(({ repositoryId }) => repositoryId !== null);
  return selectRows(
    Named,
    sql`select r.registry_id as "rootId", r.name
          from unnest(${wanted.map(({ rootId }) => rootId)}::uuid[], ${wanted.map(({ repositoryId }) => repositoryId)}::uuid[]) as w (root_id, id)
          join repository r on r.registry_id = w.root_id and r.id = w.id`,
    tx,
  );
}

async function writeExactRules(
  tx: Transaction,
  repositories: readonly z.infer<typeof Named>[],
  { owner, by }: { owner: string | null; by: string },
): Promise<void> {
  const settings = await readOwnerSettings(tx);
  const keys = new Set(repositories.map(({ rootId, name }) => `${rootId} ${name}`));
  const others = settings.rules.filter(
    ({ kind, rootId, pattern }) => kind !== "repository" || rootId === null || !keys.has(`${rootId} ${pattern}`),
  );
  const own = repositories.flatMap(({ rootId, name }): OwnerRule[] =>
    owner === null ? [] : [{ kind: "repository", pattern: name, rootId, owner }],
  );
  await writeOwnerSettings(tx, { ...settings, rules: [...own, ...others] }, by);
}
