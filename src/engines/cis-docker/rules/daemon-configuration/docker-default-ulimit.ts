import { healthy, manual, show, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.9. */
export default defineDaemonRule({
  id: "docker-default-ulimit",
  title: "A default limit of open files is set",
  failedTitle: "No default limit of open files is set",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.9", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.8", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.8", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.7", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "limits runaway processes when a container sets nothing",
  rationale: "Without one, every container inherits the limits of containerd, which are often unlimited.",
  needs: ["daemon arguments and file"],
  confirms: "that the limits inherited from containerd fit",
  needsSettings: true,
  remediation: (item) =>
    `Set "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 65536}} in ${item} and restart the daemon.`,
  assess: ({ facts, policy }) => {
    const given = facts.daemon.list("default-ulimit", "");
    const written = facts.daemon.object("default-ulimits");
    const hard = hardLimit(given.value, written);
    const reading = {
      item: facts.daemon.configPath,
      path: given.isDefault ? `${facts.daemon.configPath}: default-ulimits` : given.path,
      pointer: given.isDefault ? "/host/configFile/default-ulimits" : given.pointer,
      actual: given.value.length > 0 ? given.value.join(", ") : show(written),
      expected: `nofile with a hard limit of at most ${policy.maximumOpenFiles}`,
    };
    const isEmpty = given.value.length === 0 && Object.keys(written ?? {}).length === 0;
    if (hard === null && !isEmpty) return unhealthy("Limits are set, but none for open files.", [reading]);
    if (hard === null)
      return manual("No default is set, so containers inherit the limits of containerd: confirm that these fit.", [
        reading,
      ]);
    return hard >= 0 && hard <= policy.maximumOpenFiles
      ? healthy("A default limit is set.", [reading])
      : unhealthy("The default limit is too high.", [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ argv: ["--default-ulimit", "nofile=1024:4096"], configFile: {} })],
    unhealthy: [
      example({ argv: ["--default-ulimit=nofile=1024:9999999"], configFile: {} }),
      example({ argv: ["--default-ulimit=nproc=1024"], configFile: {} }),
      example({ configFile: { "default-ulimits": { nofile: { Name: "nofile", Soft: 1024, Hard: -1 } } } }),
    ],
    manual: [example({ configFile: {} }), example({ configFile: { "default-ulimits": {} } })],
    unknown: [example({ without: ["host"] })],
  }),
});

/** Hard limit of open files from the argument form `nofile=soft:hard` or the file's object; null when neither sets it. */
function hardLimit(given: string[], written: Record<string, unknown> | null): number | null {
  const argument = given.find((entry) => entry.startsWith("nofile="));
  if (argument) {
    const [soft = "", hard] = argument.slice("nofile=".length).split(":");
    return Number(hard ?? soft);
  }
  const entry = written?.nofile;
  if (typeof entry !== "object" || entry === null) return null;
  const hard = "Hard" in entry ? entry.Hard : "hard" in entry ? entry.hard : null;
  return typeof hard === "number" ? hard : null;
}
