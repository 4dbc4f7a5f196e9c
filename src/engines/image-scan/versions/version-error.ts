/** A version that does not follow the rules of its ecosystem, so that no order can be stated. */
export class VersionError extends Error {
  readonly version: string;

  constructor(scheme: string, version: string, reason: string) {
    super(`"${version.slice(0, 80)}" is not a ${scheme} version: ${reason}`);
    this.name = "VersionError";
    this.version = version;
  }
}
