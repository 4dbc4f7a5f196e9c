import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.18. */
export default defineAuditRule({
  id: "docker-audit-runc",
  title: "Changes of runc are audited",
  failedTitle: "Changes to runc are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.18", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.18", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.18", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.12", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "runc creates the isolation of every container; who replaces it can leave holes in it.",
  objects: runcPaths,
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/usr/bin/runc", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null }), example({ without: ["info"] })],
  }),
});

/**
 * The default runtime's executable, and runc behind a wrapper of another name: its configured path, else the first of the usual
 * places that exists, by its real path.
 */
function runcPaths({ info, files }: HostFacts) {
  if (!info) return [{ path: "the default runtime (the engine did not answer)" }];
  const configured = info.Runtimes?.[info.DefaultRuntime || "runc"]?.path || "runc";
  const programs = configured.split("/").at(-1) === "runc" ? [configured] : [configured, "runc"];
  return programs.flatMap((program) => {
    const places = program.startsWith("/")
      ? [program]
      : ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map((folder) => `${folder}/${program}`);
    const found = places.map((path) => files.find(path)).find((file) => file?.exists);
    // A wrapper may bring its own runc: only one that was found must be watched as well.
    if (!found && program === "runc" && programs.length > 1) return [];
    const isInUse = program === configured && program !== "runc";
    return [{ path: found?.real ?? places[0] ?? "/usr/bin/runc", isInUse }];
  });
}
