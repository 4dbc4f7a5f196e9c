import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { connectRegistry } from "#commands/connect-registry.ts";
import { resyncRegistry } from "#commands/resync-registry.ts";
import { type GeneratedManifest, generateImage } from "#demo/generate-image.ts";
import { deleteImage, pushImage } from "#demo/push-image.ts";
import type { Actor } from "#domain/role.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { repositoryDetail } from "#queries/registry/repository-detail.ts";
import { repositoryPushes } from "#queries/registry/repository-pushes.ts";
import { pool } from "#store/client.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { missingRegistry, type RealRegistry, startDockerRegistry } from "../registry-double/docker-registry.ts";
import { drainJobs } from "../registry-double/drain-jobs.ts";
import { type EventsServer, startEventsServer } from "../registry-double/events-server.ts";
import { describeWhere } from "../support/where.ts";
import { addFlaws } from "./query-estate.ts";

const admin: Actor = { kind: "system", id: "test", name: "Test admin", role: "admin" };
const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
};

// Everything that build and signing tools put into a registry, in the forms that they have on the wire.
describeWhere(missingRegistry(), "a real registry with more in it than images", () => {
  let registry: RealRegistry;
  let hook: EventsServer;
  let registryId = "";

  beforeAll(async () => {
    hook = await startEventsServer(() => registryId);
    const plain = await startDockerRegistry();
    const connected = await connectRegistry(admin, {
      kind: "oci",
      url: plain.url,
      authKind: "password",
      username: plain.username,
      password: plain.password,
      name: "Real",
    });
    registryId = connected.id;
    await plain.stop();
    const headers = { Authorization: `Bearer ${connected.webhook.token}` };
    registry = await startDockerRegistry({ notify: { url: hook.url, headers } });
    await execute(sql`update registry set url = ${registry.url} where id = ${registryId}`);
    await execute(
      sql`insert into feed (id, title, kind, record_count, data_date, state) values ('debian', 'Debian', 'osv', 3, now(), 'ok')`,
    );
    await compare();
  });
  afterAll(async () => {
    await registry?.stop();
    await hook?.stop();
  });

  const target = () => ({ url: registry.url, credentials: registry });
  const push = (repository: string, tag: string, manifest: GeneratedManifest) =>
    pushImage(target(), { repository, tag }, manifest);
  const compare = async () => {
    await resyncRegistry(admin, { registryId });
    await drainJobs("reconcile-registry", "read-manifest", "verify-delete");
  };
  /** Waits for the registry's notifications, then runs what they asked for, scans included. */
  const settle = async (deliveries: number) => {
    await until(
      async () =>
        (await count(sql`select count(*)::int as n from delivery where registry_id = ${registryId}`)) >= deliveries,
    );
    await drainJobs("read-manifest", "verify-delete", "scan-image");
    const { recountAll } = await import("./query-estate.ts");
    await addFlaws([{ key: "CVE-2026-7", severity: "high", packages: ["openssl"], fixed: "9" }]);
    await recountAll();
  };
  const tagsOf = async (repository: string) =>
    Object.fromEntries(
      (await repositoryDetail(admin, { registryId, repository })).tags
        .filter((tag) => tag.retiredAt === null)
        .map((tag) => [
          tag.name,
          { platforms: tag.platforms, scan: tag.scanState, high: tag.high, artifact: tag.artifact },
        ]),
    );
  const seen = (high = 1) => ({ platforms: ["linux/amd64", "linux/arm64"], scan: "done", high, artifact: null });

  test("a cached multi-platform rebuild with new provenance: both tags keep platforms, findings and pushes", async () => {
    const images = [systemImage("amd64"), systemImage("arm64")];
    for (const [build, tag] of ["1.0", "1.1"].entries()) {
      await push("team/app", tag, buildKitIndex(images, build));
      await settle(build === 0 ? 5 : 6);
    }
    expect(await tagsOf("team/app")).toEqual({ "1.0": seen(), "1.1": seen() });
    const pushes = await repositoryPushes(admin, { registryId, repository: "team/app", tag: undefined });
    expect(pushes.rows.map(({ tag, platforms, high }) => ({ tag, platforms, high }))).toEqual([
      { tag: "1.1", platforms: 2, high: 1 },
      { tag: "1.0", platforms: 2, high: 1 },
    ]);
    const detail = await imageDetail(admin, { digest: images[0]?.digest });
    expect(detail.place.tags.toSorted()).toEqual(["1.0", "1.1"]);
    expect(detail.siblings.map(({ platform }) => platform)).toEqual(["linux/amd64", "linux/arm64"]);
    expect(detail.artifacts.map(({ kind }) => kind)).toEqual(["attestation", "attestation"]);
    await nothingFailed();
  });

  test("an index of indexes: the outer tag shows the platforms of the inner ones", async () => {
    const inner = buildKitIndex([systemImage("amd64"), systemImage("arm64")], 0);
    await push("team/app", "nested", indexOf([{ manifest: inner }]));
    await settle(0);
    await compare();
    expect((await tagsOf("team/app")).nested).toEqual(seen());
    await nothingFailed();
  });

  test("signatures, attestations, SBOMs, charts and modules are no images, and lie beside the image that they are about", async () => {
    const image = systemImage("amd64");
    const name = image.digest.replace(":", "-");
    const artifacts: [string, GeneratedManifest][] = [
      [`${name}.sig`, artifact(types.config, "application/vnd.dev.cosign.simplesigning.v1+json")],
      [`${name}.att`, artifact(types.config, "application/vnd.dsse.envelope.v1+json")],
      [`${name}.sbom`, artifact(types.config, "text/spdx+json")],
      ["bill", artifact("application/vnd.oci.empty.v1+json", "application/vnd.cyclonedx+json", { subject: image })],
      [
        "chart-1",
        artifact("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
      ],
      ["module", artifact("application/vnd.wasm.config.v0+json", "application/wasm")],
      ["module-2", artifact(types.config, "application/vnd.wasm.content.layer.v1+wasm")],
      ["typed", artifact(types.config, "application/x-anything", { artifactType: "application/vnd.example" })],
    ];
    await push("team/signed", "1", image);
    for (const [tag, manifest] of artifacts) await push("team/signed", tag, manifest);
    await until(
      async () =>
        (await count(sql`select count(*)::int as n from delivery where repository = 'team/signed'`)) >=
        artifacts.length + 1,
    );
    await settle(0);
    const shown = await tagsOf("team/signed");
    expect(shown["1"]).toEqual({ platforms: ["linux/amd64"], scan: "done", high: 1, artifact: null });
    expect(artifacts.map(([tag]) => [tag.replace(name, "name"), shown[tag]?.artifact, shown[tag]?.platforms])).toEqual([
      ["name.sig", "signature", []],
      ["name.att", "attestation", []],
      ["name.sbom", "sbom", []],
      ["bill", "sbom", []],
      ["chart-1", "chart", []],
      ["module", "wasm", []],
      ["module-2", "wasm", []],
      ["typed", "artifact", []],
    ]);
    const beside = (await imageDetail(admin, { digest: image.digest, at: `${registryId}/team/signed` })).artifacts;
    expect(beside.map(({ kind }) => kind).toSorted()).toEqual(["attestation", "sbom", "sbom", "signature"]);
    await nothingFailed();
  });

  test("twenty quick pushes of one tag are twenty rows, and one image is alive", async () => {
    for (let build = 0; build < 20; build += 1) await push("team/fast", "latest", systemImage("amd64", build));
    await until(
      async () => (await count(sql`select count(*)::int as n from delivery where repository = 'team/fast'`)) >= 20,
    );
    await settle(0);
    await compare();
    expect(await tagsOf("team/fast")).toEqual({
      latest: { platforms: ["linux/amd64"], scan: "done", high: 1, artifact: null },
    });
    const inFast = sql`repository_id = (select id from repository where name = 'team/fast')`;
    expect(await count(sql`select count(*)::int as n from push where ${inFast}`)).toBe(20);
    expect(await count(sql`select count(distinct digest)::int as n from push where ${inFast}`)).toBe(20);
    expect(await count(sql`select count(*)::int as n from placement where ${inFast} and retired_at is null`)).toBe(1);
    await nothingFailed();
  });

  test("an index deleted by its digest leaves the other tag of the same images whole", async () => {
    const images = [systemImage("amd64"), systemImage("arm64")];
    await deleteImage(target(), { repository: "team/app", digest: buildKitIndex(images, 0).digest });
    await until(async () => (await count(sql`select count(*)::int as n from delivery where action = 'delete'`)) >= 1);
    await settle(0);
    await compare();
    const shown = await tagsOf("team/app");
    expect(Object.keys(shown)).not.toContain("1.0");
    expect(shown["1.1"]).toEqual(seen());
    await nothingFailed();
  });

  test("a registry that is killed in the middle of a comparison loses nothing, and is right again afterwards", async () => {
    const before = await alive();
    await resyncRegistry(admin, { registryId });
    const comparing = drainJobs("reconcile-registry");
    await sleep(15);
    await registry.restart("");
    await comparing.catch(() => {});
    expect(await alive()).toBe(before);
    await compare();
    expect(await alive()).toBe(before);
    const [row] = await selectRows(
      z.object({ state: z.string() }),
      sql`select state from registry where id = ${registryId}`,
    );
    expect(row?.state).toBe("connected");
    await nothingFailed();
  });

  const alive = () =>
    count(sql`select count(*)::int as n from placement where registry_id = ${registryId} and retired_at is null`);
  const nothingFailed = async () => {
    expect(
      await selectRows(
        z.object({ platform: z.string(), reason: z.string().nullable() }),
        sql`select platform, scan_reason as reason from image where registry_id = ${registryId} and scan_state = 'failed'`,
      ),
    ).toEqual([]);
  };
});

/** A small Debian with one package. `build` makes it another image with the same package. */
function systemImage(architecture: "amd64" | "arm64", build = 0): GeneratedManifest {
  return generateImage({
    architecture,
    createdAt: new Date(Date.UTC(2026, 9, 1)),
    layers: [
      {
        createdBy: "ADD rootfs",
        files: [
          { path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n' },
          {
            path: "var/lib/dpkg/status",
            content: `Package: openssl\nStatus: install ok installed\nArchitecture: ${architecture}\nVersion: 1.0\n\n`,
          },
          { path: "build", content: `${architecture} ${build}` },
        ],
      },
    ],
  });
}

/** What `docker buildx build --provenance` pushes: the images, and an attestation manifest for each in the same index. */
function buildKitIndex(images: GeneratedManifest[], build: number): GeneratedManifest {
  return indexOf([
    ...images.map((manifest, index) => ({
      manifest,
      platform: { os: "linux", architecture: index === 0 ? "amd64" : "arm64" },
    })),
    ...images.map((image) => ({
      manifest: artifact(types.config, "application/vnd.in-toto+json", { salt: `${image.digest} ${build}` }),
      platform: { os: "unknown", architecture: "unknown" },
      annotations: {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image.digest,
      },
    })),
  ]);
}

function indexOf(
  entries: { manifest: GeneratedManifest; platform?: object; annotations?: object }[],
): GeneratedManifest {
  const children = entries.map(({ manifest, ...about }) => ({
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...about,
  }));
  const index = blob({ schemaVersion: 2, mediaType: types.index, manifests: children });
  // Children first, and what is below them before.
  return {
    ...index,
    mediaType: types.index,
    blobs: [],
    children: entries.flatMap(({ manifest }) => [...manifest.children, manifest]),
  };
}

function artifact(
  configType: string,
  layerType: string,
  more: { subject?: GeneratedManifest; artifactType?: string; salt?: string } = {},
): GeneratedManifest {
  const config = blob(
    configType === types.config ? { os: "", architecture: "", rootfs: { type: "layers", diff_ids: [] } } : {},
  );
  const layer = blob({ content: `${layerType} ${more.salt ?? ""}` });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: types.manifest,
    ...(more.artifactType ? { artifactType: more.artifactType } : {}),
    config: { mediaType: configType, digest: config.digest, size: config.bytes.length },
    layers: [{ mediaType: layerType, digest: layer.digest, size: layer.bytes.length }],
    ...(more.subject
      ? { subject: { mediaType: types.manifest, digest: more.subject.digest, size: more.subject.bytes.length } }
      : {}),
  });
  return { ...manifest, mediaType: types.manifest, blobs: [config, layer], children: [] };
}

function blob(content: object): { digest: string; bytes: Uint8Array } {
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes };
}

async function count(statement: ReturnType<typeof sql>): Promise<number> {
  const [row] = await selectRows(z.object({ n: z.number() }), statement, pool());
  return row?.n ?? 0;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error("what was waited for did not happen within 10 s");
}
