import { expect, test } from "vitest";
import { redactBuildStep, redactCommandWords } from "./redact-build-step.ts";

const S = "hunter2";
const cases = [
  { step: `ENV TOKEN=${S}`, want: "ENV TOKEN=…" },
  { step: `ENV A=1 TOKEN=${S} B=x`, want: "ENV A=… TOKEN=… B=…" },
  { step: `ENV CONNECTION=Server=db;Password=${S};`, want: "ENV CONNECTION=…" },
  { step: `ENV GREETING=hello ${S} world`, want: "ENV GREETING=…" },
  { step: `ENV TOKEN ${S}`, want: "ENV TOKEN …" },
  { step: `/bin/sh -c #(nop)  ENV PATH=/usr/bin TOKEN=${S}`, want: "/bin/sh -c #(nop)  ENV PATH=… TOKEN=…" },
  { step: `/bin/sh -c #(nop)  ARG NPM_TOKEN=${S}`, want: "/bin/sh -c #(nop)  ARG NPM_TOKEN=…" },
  { step: `ARG NPM_TOKEN=${S}`, want: "ARG NPM_TOKEN=…" },
  { step: "ARG NPM_TOKEN", want: "ARG NPM_TOKEN" },
  {
    step: `RUN |1 NPM_TOKEN=${S} /bin/sh -c npm ci # buildkit`,
    want: "RUN |1 NPM_TOKEN=… /bin/sh -c npm ci # buildkit",
  },
  {
    step: `RUN |2 A=one ${S} B=${S} /bin/bash -o pipefail -c make # buildkit`,
    want: "RUN |2 A=… B=… /bin/bash -o pipefail -c make # buildkit",
  },
  { step: `|1 T=${S} /bin/sh -c make`, want: "|1 T=… /bin/sh -c make" },
  { step: `RUN |1 T=${S} powershell build`, want: "RUN |1 T=… …" },
  {
    step: `RUN /bin/sh -c curl -H "Authorization: Bearer ${S}" https://u:${S}@example.com/x # buildkit`,
    want: 'RUN /bin/sh -c curl -H "Authorization: Bearer …" https://…@example.com/x # buildkit',
  },
  {
    step: `RUN /bin/sh -c export API_KEY='${S}' && PGPASSWORD=${S} psql && mysql --password ${S} --user root`,
    want: "RUN /bin/sh -c export API_KEY=… && PGPASSWORD=… psql && mysql --password … --user root",
  },
  {
    step: "RUN /bin/sh -c git clone https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/a/b",
    want: "RUN /bin/sh -c git clone https://…@github.com/a/b",
  },
  {
    step: "RUN /bin/sh -c apt-get update && apt-get install -y curl",
    want: "RUN /bin/sh -c apt-get update && apt-get install -y curl",
  },
  { step: 'CMD ["sh"]', want: 'CMD ["sh"]' },
  { step: "COPY file:abc in /", want: "COPY file:abc in /" },
  { step: "", want: "" },
];

test.each(cases)("$step", ({ step, want }) => {
  const once = redactBuildStep(step);
  expect(once).toBe(want);
  expect(once).not.toContain(S);
  expect(redactBuildStep(once)).toBe(once);
});

test("the words of an entrypoint", () => {
  expect(
    redactCommandWords(["app", "--api-token", S, `--secret=${S}`, `DB_PASSWORD=${S}`, "--verbose", `amqp://u:${S}@mq`]),
  ).toEqual(["app", "--api-token", "…", "--secret=…", "DB_PASSWORD=…", "--verbose", "amqp://…@mq"]);
});

test("a long hostile step takes no long time", () => {
  for (const part of ["a=", "--token ", "http://a", "|9 A=", " /x -", "'\"", "key="]) {
    expect(redactBuildStep(`RUN ${part.repeat(2000 / part.length)}`).length).toBeLessThan(10_000);
  }
});
