import { healthy, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule, unreadDaemon } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.3. */
export default defineDaemonRule({
  id: "docker-log-level",
  title: "The daemon logs at level info",
  failedTitle: "The daemon does not log at level info",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.3", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.3", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.3", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.2", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "debug leaks data and slows the daemon, higher levels hide events",
  rationale: "Less hides what happened; debug writes more than should be kept.",
  needs: ["daemon arguments and file", "info.Debug"],
  remediation: (item) => `Set "log-level": "info" and remove "debug" in ${item}, then restart the daemon.`,
  assess: ({ facts }) => {
    // Debug mode stands in the engine's answer too.
    if (!facts.daemon.isReadable && facts.info?.Debug !== true) return unreadDaemon();
    const level = facts.daemon.text("log-level", "info");
    const debug = facts.daemon.flag("debug", false);
    const isDebug = debug.value || facts.info?.Debug === true;
    const readings = [
      {
        item: facts.daemon.configPath,
        path: level.path,
        pointer: level.pointer,
        actual: level.value,
        expected: "info",
      },
      {
        item: facts.daemon.configPath,
        path: debug.path,
        pointer: facts.info?.Debug ? "/info/Debug" : debug.pointer,
        actual: `${isDebug}`,
        expected: "false",
      },
    ];
    if (level.value.toLowerCase() !== "info" || isDebug)
      return unhealthy(
        isDebug ? "The daemon runs in debug mode." : `The log level is ${level.value}.`,
        readings.filter((reading) => reading.actual.toLowerCase() !== reading.expected),
      );
    return healthy("The log level is info.", readings);
  },
  examples: () => ({
    healthy: [example(), example({ configFile: {} })],
    unhealthy: [
      example({ argv: ["--log-level", "debug"], configFile: {} }),
      example({ argv: ["-D"] }),
      example({ configFile: { "log-level": "warn" } }),
    ],
    unknown: [example({ without: ["host"] })],
  }),
});
