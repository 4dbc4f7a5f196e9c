import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.19. */
export default defineContainerRule({
  id: "docker-ulimit-override",
  title: "Limits of open files and processes fit each container",
  failedTitle: "A container's limits of open files or processes are too high",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.19", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.19", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.19", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.18", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "resource use",
  rationale: "A container without limits can open files until the host has none left.",
  needs: ["HostConfig.Ulimits", "daemon default-ulimits"],
  confirms: "that the inherited limits fit the containers listed",
  remediation: (item) => `Create ${item} again with --ulimit nofile=1024:65536, or set a default for the daemon.`,
  passed: "Every container has limits.",
  failed: "containers have unlimited resources",
  unconfirmed: "Neither the daemon nor these containers set limits: confirm that the inherited ones fit.",
  assess: (container, { facts }) => {
    const own = container.inspect.HostConfig.Ulimits ?? [];
    const actual = own.map((limit) => `${limit.Name}=${limit.Soft}:${limit.Hard}`).join(", ") || "not set";
    const expected = "limits at or below the daemon's, never unlimited";
    const defaults = defaultLimits(facts);
    const hasDefault = defaults.size > 0;
    if (own.length > 0)
      return read(container, {
        path: "HostConfig.Ulimits",
        actual,
        expected,
        isRight: own.every(
          ({ Name, Hard, Soft }) =>
            Hard >= 0 && Soft >= 0 && Math.max(Hard, Soft) <= (defaults.get(Name) ?? Number.POSITIVE_INFINITY),
        ),
      });
    if (hasDefault)
      return read(container, { path: "HostConfig.Ulimits", actual: "the daemon's default", expected, isRight: true });
    return {
      // Podman has no daemon that could give a default.
      status: facts.daemon.isReadable || facts.engine.isPodman ? "manual" : "unknown",
      readings: [
        {
          item: container.name,
          path: "HostConfig.Ulimits",
          pointer: `${container.pointer}/HostConfig/Ulimits`,
          actual,
          expected,
        },
      ],
    };
  },
  examples: () => ({
    healthy: [
      example(),
      example({ configFile: {}, hostConfig: { Ulimits: [{ Name: "nofile", Soft: 10, Hard: 20 }] } }),
    ],
    unhealthy: [
      example({ hostConfig: { Ulimits: [{ Name: "nofile", Soft: -1, Hard: -1 }] } }),
      example({ hostConfig: { Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1_000_000 }] } }),
    ],
    manual: [example({ configFile: {} })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/** Hard limits that the daemon gives to containers that set none, by name. */
function defaultLimits({ daemon }: HostFacts): Map<string, number> {
  const limits = new Map<string, number>();
  for (const [name, entry] of Object.entries(daemon.object("default-ulimits") ?? {})) {
    const limit: Record<string, unknown> = typeof entry === "object" && entry !== null ? { ...entry } : {};
    const hard = Number(limit.Hard ?? limit.hard ?? Number.NaN);
    if (!Number.isNaN(hard)) limits.set(name, hard < 0 ? Number.POSITIVE_INFINITY : hard);
  }
  for (const entry of daemon.list("default-ulimit", "").value) {
    const [name = "", value = ""] = entry.split("=");
    const hard = Number(value.split(":").at(-1));
    limits.set(name, hard < 0 || Number.isNaN(hard) ? Number.POSITIVE_INFINITY : hard);
  }
  return limits;
}
