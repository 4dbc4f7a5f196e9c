import { beforeAll, expect, test } from "vitest";
import type { Actor } from "#domain/role.ts";
import { hostContainers } from "#queries/host/host-containers.ts";
import { imageContainers } from "#queries/image/image-containers.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { RegistryImagesParams, registryImages } from "#queries/registry/registry-images.ts";
import { vulnerabilityContainers } from "#queries/vulnerability/vulnerability-containers.ts";
import { vulnerabilityPlacements } from "#queries/vulnerability/vulnerability-placements.ts";
import { newId } from "#store/ids.ts";
import { execute, sql } from "#store/sql.ts";
import { addFlaws, addImage, addRegistries, debian, digestOf, recountAll, registryId } from "./query-estate.ts";

const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const [hostA, hostB, removed] = [newId(), newId(), newId()];
const at = `${registryId}/shop/api`;
const bytes = (digest: string) => Buffer.from(digest.slice(7), "hex");

async function container(
  hostId: string,
  name: string,
  of: { digest?: string; imageId?: string; state?: string; gone?: boolean },
) {
  await execute(sql`insert into host_container (host_id, container_id, name, image_ref, image_id, image_digest, state, facts, last_seen_at, gone_at)
    values (${hostId}, ${newId().replaceAll("-", "")}, ${name}, ${"registry.example.com/shop/api:1"}, ${of.imageId ?? null},
      ${of.digest ? bytes(of.digest) : null}, ${of.state ?? "running"}, '{}', now(), ${of.gone ? new Date() : null})`);
}

beforeAll(async () => {
  await addRegistries();
  await addImage({ repository: "shop/api", name: "api", tag: "1", daysAgo: 1, packages: [debian("openssl", "1.0")] });
  await addImage({ repository: "shop/web", name: "web", tag: "1", daysAgo: 1, packages: [debian("openssl", "1.0")] });
  await addImage({ repository: "shop/job", name: "job", tag: "1", daysAgo: 1, packages: [debian("zlib", "1.0")] });
  await addFlaws([{ key: "CVE-2026-1", severity: "high", packages: ["openssl"] }]);
  await recountAll();
});

test("without a host that reported nothing is known, which is no zero", async () => {
  expect(await imageContainers(viewer, { digest: digestOf("api"), at })).toEqual({ containers: [], counts: null });
  expect((await imageDetail(viewer, { digest: digestOf("api"), at })).runs).toBeNull();
});

test("containers are found by the digest of the manifest and by that of the configuration; gone ones and removed hosts are not", async () => {
  for (const [id, name, removedAt] of [
    [hostA, "a", null],
    [hostB, "b", null],
    [removed, "c", new Date()],
  ] as const) {
    await execute(
      sql`insert into host (id, name, hostname, last_report_at, removed_at) values (${id}, ${name}, ${name}, now(), ${removedAt})`,
    );
  }
  await container(hostA, "by-manifest", { digest: digestOf("api") });
  await container(hostB, "by-config", { imageId: digestOf("config api"), digest: digestOf("an index") });
  await container(hostB, "stopped", { imageId: digestOf("config api"), state: "exited" });
  await container(hostA, "gone", { digest: digestOf("api"), gone: true });
  await container(removed, "elsewhere", { digest: digestOf("api") });
  await container(hostA, "another", { digest: digestOf("job") });
  await container(hostA, "no digest", { imageId: "sha256:not-hex" });

  const found = await imageContainers(viewer, { digest: digestOf("api"), at });
  expect(found.counts).toEqual({ containers: 3, running: 2, hosts: 2 });
  expect(found.containers.map(({ hostName, name }) => `${hostName} ${name}`)).toEqual([
    "a by-manifest",
    "b by-config",
    "b stopped",
  ]);
  expect((await imageDetail(viewer, { digest: digestOf("api"), at })).runs).toEqual(found.counts);
  expect((await imageContainers(viewer, { digest: digestOf("web"), at: `${registryId}/shop/web` })).counts).toEqual({
    containers: 0,
    running: 0,
    hosts: 0,
  });
  const listed = await hostContainers(viewer, { hostId: hostB });
  expect(
    listed.rows.map((row) => row.imageDigest),
    "the host names the same image",
  ).toEqual([digestOf("api"), digestOf("api")]);
});

test("of a flaw: every container whose image has it open", async () => {
  const found = await vulnerabilityContainers(viewer, { id: "CVE-2026-1" });
  expect(found.counts).toEqual({ containers: 3, running: 2, hosts: 2 });
  expect((await vulnerabilityContainers(viewer, { id: "CVE-0000-1" })).counts?.containers).toBe(0);
});

test("as a filter of images and places, both ways; what only is stopped does not run", async () => {
  const images = async (running: string) =>
    (await registryImages(viewer, RegistryImagesParams.parse({ registryId, running }))).rows
      .map((row) => row.repository)
      .sort();
  expect(await images("yes")).toEqual(["shop/api", "shop/job"]);
  expect(await images("no")).toEqual(["shop/web"]);
  const places = async (running: string) =>
    (await vulnerabilityPlacements(viewer, { id: "CVE-2026-1", running })).places.map((place) => place.repository);
  expect(await places("yes")).toEqual(["shop/api"]);
  expect(await places("no")).toEqual(["shop/web"]);
  await execute(sql`update host_container set state = 'exited' where name in ('by-manifest', 'by-config')`);
  expect(await places("yes")).toEqual([]);
});
