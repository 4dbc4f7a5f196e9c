import { about, unreadHistory } from "../../about-image.ts";
import { addInstructions } from "../../build-history.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.9. */
export default defineImageRule({
  id: "docker-copy-not-add",
  title: "COPY is used instead of ADD",
  failedTitle: "An image was built with ADD",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.9", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.9", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.9", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.9", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "remote fetch and silent unpacking",
  rationale: "ADD fetches addresses and unpacks archives without anyone checking them.",
  needs: ["image history"],
  remediation: (item) =>
    `In the Dockerfile of ${item}, replace ADD by COPY; fetch files in a RUN that checks their digest.`,
  passed: "No image was built with ADD.",
  failed: "images were built with ADD",
  assess: (image) => {
    if (!image.history) return unreadHistory(image, "COPY");
    if (image.history.length === 0) return null;
    const added = addInstructions(image.history);
    const fromUrl = added.some((entry) => /https?:\/\//.test(entry));
    const readings = (added.length > 0 ? added : ["no ADD"]).map((entry) =>
      about(image, "history", entry.slice(0, 200), "COPY"),
    );
    return { status: added.length > 0 ? "unhealthy" : "healthy", readings, ...(fromUrl ? { severity: "medium" } : {}) };
  },
  examples: () => ({
    healthy: [
      example(),
      example({
        history: [
          "/bin/sh -c #(nop)  ARG RELEASE",
          "/bin/sh -c #(nop) LABEL a=b",
          "/bin/sh -c #(nop) ADD file:1 in / ",
        ],
      }),
    ],
    unhealthy: [
      example({
        history: [
          "/bin/sh -c #(nop) ADD file:1 in / ",
          '/bin/sh -c #(nop)  CMD ["sh"]',
          "/bin/sh -c #(nop) ADD file:2 in /app/ ",
        ],
      }),
      example({ history: ["COPY a /a # buildkit", "ADD https://files.example/tool.tgz / # buildkit"] }),
    ],
    notApplicable: [example({ history: [] })],
    unknown: [example({ without: ["imagesList"] }), example({ without: ["imagesHistory"] })],
  }),
});
