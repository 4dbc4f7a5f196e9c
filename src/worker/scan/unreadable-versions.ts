import type { Diagnostic } from "#domain/evidence.ts";
import { advisoryKeys } from "#engines/image-scan/advisory-keys.ts";
import type { InstalledPackage } from "#engines/image-scan/facts.ts";
import { imagePackageKinds } from "#engines/image-scan/kinds/all-kinds.ts";
import { loadCandidates } from "#store/advisory/advisory-candidates.ts";
import type { Executor } from "#store/sql.ts";

/**
 * Packages that advisories speak of but whose version cannot be ordered, so that nothing can be said about them: each is a
 * diagnostic, and the image's result is partial.
 */
export async function unreadableVersions(
  executor: Executor,
  packages: readonly InstalledPackage[],
): Promise<Diagnostic[]> {
  const unreadable = packages.filter((found) => found.ecosystem !== "" && !isReadable(found));
  if (unreadable.length === 0) return [];
  const keysOf = (found: InstalledPackage) => advisoryKeys(found);
  const candidates = await loadCandidates(executor, unreadable.flatMap(keysOf));
  const known = new Set([...candidates.values()].flat().map((one) => `${one.ecosystem} ${one.packageName}`));
  return unreadable
    .filter((found) => keysOf(found).some((key) => known.has(`${key.ecosystem} ${key.packageName}`)))
    .map((found) => ({
      code: "unreadable-version",
      message: `${found.name} has the version "${found.version.slice(0, 100)}", which cannot be compared, so advisories about it are not judged`,
      path: found.path,
    }));
}

function isReadable({ type, version, sourceVersion }: InstalledPackage): boolean {
  const { compare } = imagePackageKinds[type];
  try {
    compare(version, version);
    compare(sourceVersion, sourceVersion);
    return true;
  } catch {
    return false;
  }
}
