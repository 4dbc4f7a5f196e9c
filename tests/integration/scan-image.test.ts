import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "#store/sql.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import { connectRegistry, pushImage, recountAll, rows, runScans } from "../registry-double/estate.ts";
import { addLayer, debianFiles, type MemoryRegistry, npmFiles, startMemoryRegistry } from "../registry-double/memory-registry.ts";

let registry: MemoryRegistry;
let registryId: string;

beforeAll(async () => {
  registry = await startMemoryRegistry();
  registryId = await connectRegistry({ url: registry.url });
});

afterAll(async () => {
  await endScanThreads();
  await registry.stop();
});

const imageOf = async (digest: string) => (await rows(sql`select * from image where digest = decode(${digest.slice(7)}, 'hex')`))[0];
const scansOf = (digest: string) => rows(sql`select * from image_scan where digest = decode(${digest.slice(7)}, 'hex') order by queued_at`);

test("a pushed image is read, its packages are stored once, and the scan says what it did", async () => {
  const base = await addLayer(registry, debianFiles([{ name: "openssl", version: "3.0.1-1" }, { name: "libssl3", version: "3.0.1-1", source: "openssl" }]));
  const app = await addLayer(registry, npmFiles("left-pad", "1.3.0"));
  const digest = await pushImage({ registryId, repository: "team/app", tag: "1", layers: [base, app] });
  expect(await runScans()).toEqual([]);
  const image = await imageOf(digest);
  expect(image).toMatchObject({ scan_state: "done", os_state: "known", completeness: "complete", package_count: 3 });
  const [scan] = await scansOf(digest);
  expect(scan).toMatchObject({ state: "done", layers_read: 2, layers_reused: 0, package_count: 3, stage: null, attempt: 1 });
  const packages = await rows(sql`select v.type, v.name from image_set s join set_package sp using (registry_id, set_id)
    join package_version v on v.id = sp.package_version_id order by v.name`);
  expect(packages.map((row) => row.name)).toEqual(["left-pad", "libssl3", "openssl"]);
  await recountAll();
});
