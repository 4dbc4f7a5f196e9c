import type { Inventory } from "#engines/image-scan/facts.ts";
import { settleOwnership } from "#engines/image-scan/settle-ownership.ts";
import { knownSources } from "#store/advisory/known-sources.ts";
import type { Executor } from "#store/sql.ts";

/** Decides whose the system packages are that only the distribution's advisories can tell, by what the database holds. */
export async function settleOwners(executor: Executor, inventory: Inventory): Promise<Inventory> {
  const owners = [...inventory.undecided, ...inventory.undecidedSeen].map(({ owner }) => owner);
  const [first] = owners;
  if (first === undefined) return settleOwnership(inventory, null);
  // System packages of an image are of one distribution.
  const names = [...new Set(owners.map(({ sourceName }) => sourceName))];
  const known = await knownSources(executor, first.ecosystem, names);
  return settleOwnership(inventory, known && { knowsSource: (_ecosystem, name) => known.has(name) });
}
