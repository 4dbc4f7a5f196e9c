import { type PackageType, packageTypes } from "#domain/package-kind.ts";
import { apk } from "./apk.ts";
import { deb } from "./deb.ts";
import type { ImagePackageKind } from "./image-package-kind.ts";
import { npm } from "./npm.ts";

/** Every kind of package that is read, by its type. */
export const imagePackageKinds: Readonly<Record<PackageType, ImagePackageKind>> = { deb, apk, npm };

/** The same as a list, in the order of the table of kinds. */
export const allKinds: readonly ImagePackageKind[] = packageTypes.map((type) => imagePackageKinds[type]);
