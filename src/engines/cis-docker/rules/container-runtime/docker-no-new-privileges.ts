import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.26. */
export default defineContainerRule({
  id: "docker-no-new-privileges",
  title: "Containers cannot gain privileges",
  failedTitle: "A container may gain privileges",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.26", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.26", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.26", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.25", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "setuid escalation",
  rationale: "A set-user-id program in the container could otherwise turn a user into root.",
  needs: ["HostConfig.SecurityOpt", "daemon no-new-privileges", "/proc/<pid>/status NoNewPrivs"],
  remediation: (item) => `Create ${item} again with --security-opt no-new-privileges.`,
  passed: "No container can gain privileges.",
  failed: "containers may gain privileges",
  assess: (container, { facts }) => {
    const defaultInInfo = (facts.info?.SecurityOptions ?? []).some((entry) => entry.includes("name=no-new-privileges"));
    const option = (container.inspect.HostConfig.SecurityOpt ?? []).find((entry) =>
      entry.startsWith("no-new-privileges"),
    );
    const own = option === undefined ? undefined : !/[=:](false|f|0)$/i.test(option);
    const effective = container.process?.noNewPrivs;
    // Podman has no daemon that could give a default.
    const isDefaultKnown = facts.daemon.isReadable || facts.engine.isPodman || defaultInInfo;
    if (own === undefined && (effective === null || effective === undefined) && !isDefaultKnown)
      return {
        status: "unknown",
        readings: [
          {
            item: container.name,
            path: "HostConfig.SecurityOpt",
            pointer: `${container.pointer}/HostConfig/SecurityOpt`,
            actual: "not set; the daemon's default was not read",
            expected: "no-new-privileges",
          },
        ],
      };
    // The kernel's word for the running process stands above the option that asked for it.
    const isRight =
      (effective === 0 ? false : own) ??
      (effective === null || effective === undefined
        ? facts.daemon.flag("no-new-privileges", false).value || defaultInInfo
        : effective === 1);
    return read(container, {
      path: "HostConfig.SecurityOpt",
      ...(own && effective === 0 ? { pointer: `/host/containerProcesses/${container.id}/noNewPrivs` } : {}),
      actual:
        own && effective === 0
          ? `${option}, but its process may gain privileges`
          : (option ?? (isRight ? "the daemon's default: true" : "not set")),
      expected: "no-new-privileges",
      isRight,
    });
  },
  examples: () => ({
    healthy: [example(), example({ hostConfig: { SecurityOpt: null } })],
    unhealthy: [
      example({ hostConfig: { SecurityOpt: ["no-new-privileges:false"] } }),
      example({ configFile: {}, hostConfig: { SecurityOpt: [] } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
