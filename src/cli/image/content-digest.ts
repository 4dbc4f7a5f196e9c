import { createHash, type Hash } from "node:crypto";

/** The two algorithms that the OCI image spec registers for content. */
export type DigestAlgorithm = "sha256" | "sha512";

/** Whether a text is `sha256:` or `sha512:` with as many hex digits as it takes. */
export function isDigest(text: string): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

export function algorithmOf(digest: string): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** Takes the bytes of a stream and tells in the end whether they have the digest. */
export class DigestCheck {
  readonly digest: string;
  private readonly hash: Hash;

  constructor(digest: string) {
    this.digest = digest;
    this.hash = createHash(algorithmOf(digest));
  }

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  holds(): boolean {
    return `${algorithmOf(this.digest)}:${this.hash.digest("hex")}` === this.digest;
  }
}
