import { notApplicable } from "../../../kit/outcome.ts";
import { configurationFiles } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.17. */
export default defineFileOwnershipRule({
  id: "docker-daemon-json-owner",
  title: "The daemon configuration file belongs to root",
  failedTitle: "The daemon configuration file does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.17", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.17", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.17", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.17", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Security options of the daemon stand in this file.",
  what: "the daemon configuration file",
  files: configurationFiles,
  absent: "There is no daemon configuration file.",
  before: ({ facts }) =>
    facts.engine.isRootless
      ? notApplicable("The configuration file of a rootless daemon belongs to its user.")
      : undefined,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/docker/daemon.json", uid: 1000 }] }),
      example({ files: [{ path: "/etc/docker/daemon.json", gid: 100 }] }),
    ],
    notApplicable: [
      example({ info: { SecurityOptions: ["name=rootless"] } }),
      example({ configFile: null, files: [{ path: "/etc/docker/daemon.json", exists: false, code: "ENOENT" }] }),
    ],
    unknown: [example({ files: [{ path: "/etc/docker/daemon.json", exists: false, code: "EACCES" }] })],
  }),
});
