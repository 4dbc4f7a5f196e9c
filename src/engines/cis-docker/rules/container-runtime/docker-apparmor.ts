import { notApplicable, show, unknown } from "../../../kit/outcome.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.2. */
export default defineContainerRule({
  id: "docker-apparmor",
  title: "An AppArmor profile confines every container",
  failedTitle: "A container runs without an AppArmor profile",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "MAC confinement missing",
  rationale: "The profile stops many ways out of a container even when it runs as root.",
  needs: ["info.SecurityOptions", "AppArmorProfile", "label of the main process"],
  remediation: (item) => `Create ${item} again with --security-opt apparmor=docker-default, or a profile of its own.`,
  passed: "A profile confines every container.",
  failed: "containers run without an AppArmor profile",
  before: ({ facts }) => {
    if (!facts.info) return unknown("The engine's security options", "Give the agent access to the Docker socket.");
    const isOn = (facts.info.SecurityOptions ?? []).some((option) => option.includes("name=apparmor"));
    return isOn
      ? undefined
      : notApplicable("AppArmor is not the security module of this engine.", [
          {
            path: "SecurityOptions",
            pointer: "/info/SecurityOptions",
            actual: show(facts.info.SecurityOptions ?? []),
            expected: "name=apparmor",
          },
        ]);
  },
  assess: (container) => {
    const profile = container.inspect.AppArmorProfile ?? "";
    // The kernel names the profile of the process and, in brackets, whether it is enforced.
    const label = container.process?.appArmor ?? "";
    const mode = /\(([\w-]+)\)\s*$/.exec(label)?.[1] ?? "enforce";
    const isUnconfined = /^unconfined\b/.test(label);
    const isEnforced = !isUnconfined && ["enforce", "kill"].includes(mode);
    const actual = isUnconfined && profile ? `${profile}, but its process is unconfined` : profile || "not set";
    return read(container, {
      path: "AppArmorProfile",
      ...(isEnforced ? {} : { pointer: `/host/containerProcesses/${container.id}/appArmor` }),
      actual: isEnforced || isUnconfined ? actual : `${profile || "a profile"}, which is not enforced: ${mode} mode`,
      expected: "a profile other than unconfined, enforced",
      isRight: profile !== "" && profile !== "unconfined" && isEnforced,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ container: { AppArmorProfile: "unconfined" } }),
      example({ container: { AppArmorProfile: "" } }),
      example({
        host: { containerProcesses: { ["1f".repeat(32)]: { pid: 4100, appArmor: "docker-default (complain)" } } },
      }),
    ],
    notApplicable: [example({ info: { SecurityOptions: [] } })],
    unknown: [example({ without: ["info"] })],
  }),
});
