import { about } from "../../about-image.ts";
import { secretNames } from "../../build-history.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.10. */
export default defineImageRule({
  id: "docker-image-secrets",
  title: "Images hold no secrets",
  failedTitle: "An image may hold secrets",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.10", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.10", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.10", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.10", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "anyone who pulls reads them",
  rationale: "Everyone who can pull the image can read what was built into it.",
  needs: ["image Config.Env", "image history", "image scan: private keys"],
  remediation: (item, reading) =>
    `Change the secret ${reading?.actual ?? ""} of ${item} now, take it out of the Dockerfile and hand it over at run time (secret mount, file or vault).`,
  passed: "No secret was found.",
  failed: "images hold secrets",
  assess: (image, { facts }) => {
    const files = facts.scanOf(image)?.secretFiles ?? [];
    const inEnv = secretNames(image.env, []);
    const found = [
      ...inEnv.map((name) => about(image, "Config.Env", name, "no secret")),
      ...secretNames([], image.history ?? [])
        .filter((name) => !inEnv.includes(name))
        .map((name) => about(image, "history", name, "no secret")),
      ...files.map((file) => about(image, "image scan: files", file, "no secret")),
    ];
    if (found.length === 0 && image.env.length === 0 && !image.history?.length) return null;
    return found.length > 0
      ? { status: "unhealthy", readings: found }
      : { status: "healthy", readings: [about(image, "Config.Env", "none", "no secret")] };
  },
  examples: () => ({
    healthy: [
      example(),
      example({ imageConfig: { Env: ["DB_PASSWORD_FILE=/run/secrets/db", "TOKEN_URL=https://id.example"] } }),
    ],
    unhealthy: [
      example({ imageConfig: { Env: ["DB_PASSWORD=opensesame"] } }),
      example({ history: ["ENV API_KEY=abcdef0123456789"] }),
      example({ scan: { secretFiles: ["root/.ssh/id_rsa"] } }),
    ],
    unknown: [example({ without: ["imagesList"] })],
  }),
});
