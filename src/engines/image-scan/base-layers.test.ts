import { expect, test } from "vitest";
import { baseLayers } from "./base-layers.ts";

const debian = [
  { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
  { created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
];
const run = { created_by: "RUN /bin/sh -c apt-get install -y curl" };
const ownCommand = { created_by: 'CMD ["node"]', empty_layer: true };
const labelled = { config: { Labels: { "org.opencontainers.image.base.name": "debian:12" } } };

const rows = [
  {
    name: "the base ends at the first CMD below an own layer",
    history: [...debian, run, ownCommand],
    want: { layers: 1, name: null, source: "history" },
  },
  {
    name: "buildkit writes CMD without a shell prefix",
    history: [debian[0], { created_by: 'CMD ["bash"]', empty_layer: true }, run],
    want: { layers: 1, name: null, source: "history" },
  },
  { name: "an image that is only a base has no base", history: debian, want: null },
  {
    name: "the nearest base counts, not the lowest",
    history: [...debian, run, ownCommand, run],
    want: { layers: 2, name: null, source: "history" },
  },
  {
    name: "a label names the base",
    history: [...debian, run],
    config: labelled,
    want: { layers: 1, name: "debian:12", source: "label" },
  },
  {
    name: "a history with more layers than the image is not believed",
    history: [run, run, run, ownCommand, run],
    layers: 2,
    want: null,
  },
  { name: "no history", history: null, want: null },
  { name: "a hostile history", history: [null, 7, { created_by: { a: 1 } }, "CMD"], want: null },
  {
    name: "hostile labels",
    history: [...debian, run],
    config: { config: { Labels: { a: 1 } } },
    want: { layers: 1, name: null, source: "history" },
  },
];

for (const { name, history, config, layers, want } of rows) {
  test(name, () => expect(baseLayers(history, config, layers ?? 5)).toEqual(want));
}
