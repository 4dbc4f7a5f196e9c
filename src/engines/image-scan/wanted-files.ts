import { apk } from "./analyzers/apk.ts";
import { dpkg } from "./analyzers/dpkg.ts";
import { npm } from "./analyzers/npm.ts";
import { npmLock } from "./analyzers/npm-lock.ts";
import { osRelease } from "./analyzers/os-release.ts";

/** Every analyser with its version: what a stored result depends on. */
export const analyzers = [osRelease, dpkg, apk, npm, npmLock];

/**
 * True when some analyser wants the content of the file at `path` (relative to the root, no leading slash).
 * The last character rules out nearly all of an image's files before anything else is looked at.
 */
export function isWanted(path: string): boolean {
  switch (path.charCodeAt(path.length - 1)) {
    case 110: // package.json, package-lock.json, npm-shrinkwrap.json, debian_version
      return npm.isWanted(path) || npmLock.isWanted(path) || osRelease.isWanted(path) || dpkg.isWanted(path);
    case 101: // os-release, alpine-release
      return osRelease.isWanted(path) || dpkg.isWanted(path);
    case 100: // apk/db/installed
      return apk.isWanted(path) || dpkg.isWanted(path);
    default:
      return dpkg.isWanted(path);
  }
}
