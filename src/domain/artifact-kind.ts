/** What lies in a registry beside images. */
export const artifactKinds = ["signature", "attestation", "sbom", "chart", "wasm", "artifact"] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

export const artifactWords: Record<ArtifactKind, { one: string; many: string }> = {
  signature: { one: "Signature", many: "Signatures" },
  attestation: { one: "Attestation", many: "Attestations" },
  sbom: { one: "Bill of materials", many: "Bills of materials" },
  chart: { one: "Chart", many: "Charts" },
  wasm: { one: "Wasm module", many: "Wasm modules" },
  artifact: { one: "Artifact", many: "Artifacts" },
};

const patterns: readonly [ArtifactKind, RegExp][] = [
  ["sbom", /spdx|cyclonedx|syft|sbom/i],
  ["signature", /simplesigning|cosign\.artifact\.sig|cncf\.notary\.signature|sigstore\.bundle/i],
  ["attestation", /in-toto|dsse|attestation|slsa/i],
  ["chart", /helm/i],
  ["wasm", /wasm/i],
];

/** The kind of an artifact by its artifact type, or by the media type of its configuration or first layer. */
export function artifactKindOf(type: string): ArtifactKind {
  return patterns.find(([, pattern]) => pattern.test(type))?.[0] ?? "artifact";
}

/** The image that a cosign tag such as `sha256-<hex>.sig` is about, as a digest; null for any other tag. */
export function subjectOfTag(tag: string): string | null {
  const match = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/.exec(tag);
  return match ? `sha256:${match[1]}` : null;
}
