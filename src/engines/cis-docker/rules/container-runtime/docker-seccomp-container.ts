import { notApplicable } from "../../../kit/outcome.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.22. */
export default defineContainerRule({
  id: "docker-seccomp-container",
  title: "No container switches seccomp off",
  failedTitle: "A container runs without a seccomp profile",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.22", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.22", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.22", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.21", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "kernel attack surface",
  rationale: "Without the profile, every system call of the kernel can be attacked from inside.",
  needs: ["HostConfig.SecurityOpt", "HostConfig.Privileged", "/proc/<pid>/status Seccomp"],
  remediation: (item) => `Create ${item} again without --security-opt seccomp=unconfined and without --privileged.`,
  passed: "A profile applies to every container.",
  failed: "containers run without seccomp",
  before: ({ facts }) => {
    const options = facts.info?.SecurityOptions;
    return options && !options.some((entry) => entry.includes("name=seccomp"))
      ? notApplicable("The kernel or the engine of this host has no seccomp.", [
          {
            path: "SecurityOptions",
            pointer: "/info/SecurityOptions",
            actual: options.join(", ") || "none",
            expected: "name=seccomp",
          },
        ])
      : undefined;
  },
  assess: (container, { facts }) => {
    const option = (container.inspect.HostConfig.SecurityOpt ?? []).find((entry) => /^seccomp[=:]/.test(entry));
    const profile = option?.slice("seccomp=".length);
    const effective = container.process?.seccomp;
    const isDaemonOff =
      profile === undefined &&
      (facts.info?.SecurityOptions ?? []).some((entry) => /name=seccomp,.*profile=unconfined/.test(entry));
    const isOff =
      profile === "unconfined" ||
      isDaemonOff ||
      (container.inspect.HostConfig.Privileged === true && profile === undefined) ||
      effective === 0;
    const actual =
      profile === "unconfined"
        ? "unconfined"
        : isOff
          ? effective === 0
            ? "off in the kernel"
            : isDaemonOff
              ? "off for the whole daemon"
              : "off (privileged)"
          : profile
            ? "a custom profile"
            : "the daemon's profile";
    return read(container, { path: "HostConfig.SecurityOpt", actual, expected: "a seccomp profile", isRight: !isOff });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ hostConfig: { SecurityOpt: ["seccomp=unconfined"] } }),
      example({ hostConfig: { SecurityOpt: ["seccomp:unconfined"] } }),
      example({ hostConfig: { Privileged: true } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
