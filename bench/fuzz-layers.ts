// Random layouts of layers, our view of the file system beside that of `docker load` and `docker export`. Starts a dockerd of
// its own (as root, with docker.io). FUZZ_LAYOUTS is how many (1,000), FUZZ_SEED the first seed (1); a difference is a failure.
import { compareLayouts } from "../tests/support/compare-layouts.ts";
import { missingDocker, startDockerDaemon } from "../tests/support/docker-daemon.ts";
import type { BenchResult } from "./bench-result.ts";

export const title = "random layouts of layers beside docker load and export";

const count = Number(process.env.FUZZ_LAYOUTS ?? 1000);
const first = Number(process.env.FUZZ_SEED ?? 1);

export async function run(): Promise<BenchResult[]> {
  const reason = missingDocker();
  if (reason !== null) throw new Error(`no dockerd to compare with: ${reason}`);
  const docker = await startDockerDaemon();
  try {
    const seeds = Array.from({ length: count }, (_, index) => first + index);
    const { compared, refused, differences } = await compareLayouts(docker, seeds);
    for (const difference of differences) console.error(JSON.stringify(difference, null, 2));
    const named = differences.map(({ seed }) => seed).join(", ");
    if (differences.length > 0) throw new Error(`${differences.length} of ${compared} differ: seeds ${named}`);
    const note = `seeds ${first} to ${first + count - 1}; ${refused} that dockerd refuses as well`;
    return [
      { name: "layouts", metric: "compared", value: compared, unit: "images", note },
      { name: "layouts", metric: "different", value: differences.length, unit: "images", limit: 0 },
    ];
  } finally {
    await docker.stop();
  }
}
