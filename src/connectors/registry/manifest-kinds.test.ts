import { describe, expect, test } from "vitest";
import { artifactKindOf, subjectOfTag } from "#domain/artifact-kind.ts";
import { parseManifest } from "./manifest.ts";

const digest = `sha256:${"a".repeat(64)}`;
const imageConfig = "application/vnd.oci.image.config.v1+json";
const read = (config: string, layers: string[], more: object = {}) =>
  parseManifest(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: { mediaType: config, digest, size: 2 },
        layers: layers.map((mediaType) => ({ mediaType, digest, size: 2 })),
        ...more,
      }),
    ),
    null,
  );
const tar = "application/vnd.oci.image.layer.v1.tar";

describe("an image is what holds a file system", () => {
  test.each([
    { what: "an image", config: imageConfig, layers: [`${tar}+gzip`] },
    {
      what: "a Docker image",
      config: "application/vnd.docker.container.image.v1+json",
      layers: ["application/vnd.docker.image.rootfs.diff.tar.gzip"],
    },
    {
      what: "one with a foreign layer",
      config: imageConfig,
      layers: ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"],
    },
    { what: "an empty image", config: imageConfig, layers: [] },
    { what: "layers without a type", config: imageConfig, layers: [""] },
    {
      what: "an image that calls itself an artifact",
      config: imageConfig,
      layers: [tar],
      more: { artifactType: "application/vnd.example" },
    },
    { what: "one layer of a file system among others", config: imageConfig, layers: ["text/plain", tar] },
  ])("$what", ({ config, layers, more }) => {
    expect(read(config, layers, more).kind).toBe("image");
  });

  test.each([
    { what: "signature", config: imageConfig, layers: ["application/vnd.dev.cosign.simplesigning.v1+json"] },
    { what: "signature", config: "application/vnd.cncf.notary.signature", layers: ["application/jose+json"] },
    {
      what: "attestation",
      config: imageConfig,
      layers: ["application/vnd.in-toto+json", "application/vnd.in-toto+json"],
    },
    { what: "attestation", config: imageConfig, layers: ["application/vnd.dsse.envelope.v1+json"] },
    { what: "sbom", config: imageConfig, layers: ["text/spdx+json"] },
    { what: "sbom", config: imageConfig, layers: ["application/vnd.cyclonedx+json"] },
    { what: "sbom", config: "application/vnd.oci.empty.v1+json", layers: ["application/spdx+json"] },
    {
      what: "chart",
      config: "application/vnd.cncf.helm.config.v1+json",
      layers: ["application/vnd.cncf.helm.chart.content.v1.tar+gzip"],
    },
    { what: "wasm", config: "application/vnd.wasm.config.v0+json", layers: ["application/wasm"] },
    { what: "wasm", config: imageConfig, layers: ["application/vnd.wasm.content.layer.v1+wasm"] },
    {
      what: "artifact",
      config: "application/vnd.oci.empty.v1+json",
      layers: ["application/vnd.oci.empty.v1+json"],
      more: { artifactType: "application/vnd.example" },
    },
    {
      what: "signature",
      config: imageConfig,
      layers: [],
      more: { artifactType: "application/vnd.dev.cosign.artifact.sig.v1+json" },
    },
  ])("a $what is none: $config $layers", ({ what, config, layers, more }) => {
    const manifest = read(config, layers, more);
    if (manifest.kind !== "other") throw new Error(manifest.kind);
    expect(artifactKindOf(manifest.artifactType)).toBe(what);
  });
});

test("what an artifact is about stands in its subject, its entry in the index or its tag", () => {
  expect(
    read("application/vnd.oci.empty.v1+json", ["text/plain"], { subject: { mediaType: "", digest, size: 1 } }),
  ).toMatchObject({ subject: digest });
  const index = parseManifest(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          {
            mediaType: "",
            digest,
            size: 1,
            annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest },
          },
        ],
      }),
    ),
    "application/vnd.oci.image.index.v1+json",
  );
  expect(index).toMatchObject({ children: [{ isAttestation: true, subject: digest }] });
  expect(subjectOfTag(`sha256-${"a".repeat(64)}.sig`)).toBe(digest);
  expect(subjectOfTag(`sha256-${"a".repeat(64)}`)).toBe(digest);
  expect(subjectOfTag("latest")).toBeNull();
  expect(subjectOfTag(`sha256-${"a".repeat(63)}.sig`)).toBeNull();
});
