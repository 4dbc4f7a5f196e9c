import { PackageURL } from "packageurl-js";
import { type PackageType, packageKind, splitPackageName } from "#domain/package-kind.ts";
import type { OperatingSystem } from "./facts.ts";

/** purl of an OS package: `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12`. */
export function systemPackageUrl(
  type: PackageType,
  found: { name: string; version: string; arch: string | null },
  os: OperatingSystem | null,
): string {
  const { purlType, ecosystems } = packageKind(type);
  const qualifiers: Record<string, string> = {};
  if (found.arch !== null) qualifiers.arch = found.arch;
  if (os !== null && os.version !== "") qualifiers.distro = `${os.id}-${os.version}`;
  const namespace = os?.id ?? ecosystems[0]?.toLowerCase();
  return new PackageURL(purlType, namespace, found.name, found.version, qualifiers, undefined).toString();
}

/** purl of a language package: `pkg:npm/%40scope/name@1.2.3`. */
export function languagePackageUrl(type: PackageType, fullName: string, version: string): string {
  const { group, name } = splitPackageName(type, fullName);
  return new PackageURL(packageKind(type).purlType, group ?? undefined, name, version, undefined, undefined).toString();
}
