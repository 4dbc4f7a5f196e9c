import { describe, expect, it } from "vitest";
import { compareLayouts } from "./support/compare-layouts.ts";
import { missingDocker, startDockerDaemon } from "./support/docker-daemon.ts";
import { layoutTar, RandomLayout } from "./support/random-layout.ts";

const LAYOUTS = 60;
/** Set it to see the same layouts again. */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe("random layouts of layers", () => {
  it(`are what docker load and docker export give (FUZZ_SEED=${seed})`, { timeout: 600_000 }, async (context) => {
    const reason = missingDocker();
    if (reason !== null) return context.skip(reason);
    const docker = await startDockerDaemon();
    try {
      const seeds = Array.from({ length: LAYOUTS }, (_, index) => seed + index);
      const { compared, refused, differences } = await compareLayouts(docker, seeds);
      expect(differences).toEqual([]);
      expect(compared + refused).toBe(LAYOUTS);
      // A generator of nothing but what dockerd refuses would prove nothing.
      expect(compared).toBeGreaterThan(LAYOUTS / 3);
    } finally {
      await docker.stop();
    }
  });

  it("the same seed gives the same bytes, another seed others", () => {
    const bytes = (from: number) =>
      new RandomLayout(from).layers.map((entries) => layoutTar(entries).toString("latin1"));
    expect(bytes(seed)).toEqual(bytes(seed));
    expect(bytes(seed)).not.toEqual(bytes(seed + 1));
  });
});
