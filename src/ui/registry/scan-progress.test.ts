import { describe, expect, it } from "vitest";
import { scanProgress } from "./scan-progress.ts";

const progress = { layersDone: 2, layersTotal: 7, bytesDone: 91e6, bytesTotal: 182e6 };

describe("progress of a scan", () => {
  it("says stage, layer and bytes", () => {
    expect(scanProgress({ scanState: "scanning", stage: "reading layers", progress })).toEqual({
      text: "Reading layers, layer 3 of 7, 91\u00a0MB of 182\u00a0MB",
      share: 0.5,
    });
  });

  it.each([null, "half", { bytesDone: "many" }, { bytesTotal: 0, bytesDone: 0 }])(
    "shows no share without totals: %j",
    (given) => {
      expect(scanProgress({ scanState: "scanning", stage: null, progress: given })).toEqual({
        text: "Scanning",
        share: null,
      });
    },
  );

  it("does not count past the last layer", () => {
    const done = { layersDone: 7, layersTotal: 7 };
    expect(scanProgress({ scanState: "scanning", stage: "matching", progress: done }).text).toBe(
      "Matching, layer 7 of 7",
    );
  });

  it("waits in words", () => {
    expect(scanProgress({ scanState: "queued", stage: "waiting", progress: null })).toEqual({
      text: "Waiting to be scanned",
      share: null,
    });
  });
});
