import { PackageURL } from "packageurl-js";
import type { OperatingSystem } from "./facts.ts";

/** purl of an OS package: `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12`. */
export function osPackageUrl(
  type: "deb" | "apk",
  found: { name: string; version: string; arch: string | null },
  os: OperatingSystem | null,
): string {
  const qualifiers: Record<string, string> = {};
  if (found.arch !== null) qualifiers.arch = found.arch;
  if (os !== null && os.version !== "") qualifiers.distro = `${os.id}-${os.version}`;
  const namespace = os?.id ?? (type === "deb" ? "debian" : "alpine");
  return new PackageURL(type, namespace, found.name, found.version, qualifiers, undefined).toString();
}

/** purl of an npm package: `pkg:npm/%40scope/name@1.2.3`. */
export function npmPackageUrl(name: string, version: string): string {
  const slash = name.startsWith("@") ? name.indexOf("/") : -1;
  const namespace = slash < 0 ? undefined : name.slice(0, slash);
  return new PackageURL("npm", namespace, name.slice(slash + 1), version, undefined, undefined).toString();
}
