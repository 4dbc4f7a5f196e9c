import { createHash } from "node:crypto";
import { createReadStream, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { LayerFacts } from "#engines/image-scan/facts.ts";
import { FileTree } from "#engines/image-scan/file-tree.ts";
import { readLayer } from "#engines/image-scan/read-layer.ts";
import { inPieces, testTar } from "#engines/image-scan/write-test-tar.ts";
import type { DockerDaemon } from "./docker-daemon.ts";
import { layoutTar, RandomLayout } from "./random-layout.ts";

export interface LayoutComparison {
  /** Layouts that dockerd took and that were held against our view. */
  compared: number;
  /** Layouts that no runtime takes, such as a file below a file. */
  refused: number;
  differences: { seed: number; ours: string[]; docker: string[]; layers: string }[];
}

/** Holds our view of random layouts against `docker load` and `docker export`, one image per seed. */
export async function compareLayouts(docker: DockerDaemon, seeds: Iterable<number>): Promise<LayoutComparison> {
  const result: LayoutComparison = { compared: 0, refused: 0, differences: [] };
  for (const seed of seeds) {
    const { layers } = new RandomLayout(seed);
    const tars = layers.map(layoutTar);
    const theirs = await dockerView(docker, tars);
    if (theirs === null) {
      result.refused += 1;
      continue;
    }
    result.compared += 1;
    const ours = viewOf(await Promise.all(tars.map((tar) => wholeLayer(inPieces(tar, 65_536)))));
    if (JSON.stringify(ours) === JSON.stringify(theirs)) continue;
    const said = layers.map((entries, layer) =>
      entries
        .map(({ path: at, type, link }) => `L${layer} ${type ?? "0"} ${at}${link ? ` -> ${link}` : ""}`)
        .join("\n"),
    );
    result.differences.push({ seed, ours, docker: theirs, layers: said.join("\n") });
  }
  return result;
}

/** A layer with the content of every file. */
async function wholeLayer(source: AsyncIterable<Uint8Array>): Promise<LayerFacts> {
  return readLayer(source, { alsoWanted: { has: () => true } as unknown as ReadonlySet<string> });
}

/** Everything but directories: path, kind, content or target. */
function viewOf(layers: LayerFacts[]): string[] {
  const tree = new FileTree();
  for (const [index, facts] of layers.entries()) tree.apply(facts, index);
  return [
    ...tree.files().map(([at, node]) => `${at} = ${Buffer.from(node.bytes)}`),
    ...tree.others().map((at) => `${at} is special`),
    ...tree.links().map(([at, target]) => `${at} -> ${target}`),
  ].sort();
}

/** What `docker create` puts into every container. */
const ownOfDocker = /^(?:dev|etc|proc|sys|\.dockerenv)(?:\/| |$)/;

/** The file system of a container of the image; null when dockerd does not take it. */
async function dockerView(docker: DockerDaemon, tars: Buffer[]): Promise<string[] | null> {
  const image = path.join(docker.folder, "fuzz.tar");
  const exported = path.join(docker.folder, "fuzz-export.tar");
  const diffIds = tars.map((tar) => `sha256:${createHash("sha256").update(tar).digest("hex")}`);
  const config = { os: "linux", architecture: process.arch === "x64" ? "amd64" : process.arch };
  const names = tars.map((_, index) => `${index}/layer.tar`);
  writeFileSync(
    image,
    testTar([
      {
        path: "c.json",
        content: JSON.stringify({ ...config, config: {}, rootfs: { type: "layers", diff_ids: diffIds } }),
      },
      { path: "manifest.json", content: JSON.stringify([{ Config: "c.json", RepoTags: ["fuzz:1"], Layers: names }]) },
      ...tars.map((content, index) => ({ path: names[index] ?? "", content })),
    ]),
  );
  try {
    await docker.docker("load", "-q", "-i", image);
  } catch {
    return null;
  }
  const container = await docker.docker("create", "--network=none", "fuzz:1", "/none");
  try {
    await docker.docker("export", "-o", exported, container);
    return viewOf([await wholeLayer(createReadStream(exported))]).filter((line) => !ownOfDocker.test(line));
  } finally {
    await docker.docker("rm", "-f", container);
    await docker.docker("rmi", "-f", "fuzz:1");
    rmSync(exported, { force: true });
  }
}
