import { configurationFiles } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.18. */
export default defineFileModeRule({
  id: "docker-daemon-json-mode",
  title: "The daemon configuration file is writable by root only",
  failedTitle: "Other users than root may change the daemon configuration file",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.18", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.18", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.18", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.18", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Whoever can write it can switch every protection of the daemon off.",
  what: "the daemon configuration file",
  files: configurationFiles,
  absent: "There is no daemon configuration file.",
  mask: 0o644,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/docker/daemon.json", mode: "0622" }] }),
      example({ files: [{ path: "/etc/docker/daemon.json", mode: "0666" }] }),
    ],
    notApplicable: [
      example({ configFile: null, files: [{ path: "/etc/docker/daemon.json", exists: false, code: "ENOENT" }] }),
    ],
    unknown: [example({ files: [{ path: "/etc/docker/daemon.json", exists: false, code: "EACCES" }] })],
  }),
});
