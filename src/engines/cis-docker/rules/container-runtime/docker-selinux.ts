import { notApplicable, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.3. */
export default defineContainerRule({
  id: "docker-selinux",
  title: "SELinux labels confine every container",
  failedTitle: "A container runs without an SELinux label",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.3", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "5.3", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "5.3", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "5.2", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "MAC confinement missing",
  rationale: "A label keeps a process that breaks out away from the files of the host.",
  needs: ["info.SecurityOptions", "ProcessLabel", "HostConfig.SecurityOpt", "mode of SELinux"],
  remediation: (item) => `Create ${item} again without --security-opt label=disable.`,
  passed: "A label confines every container.",
  failed: "containers run without an SELinux label",
  before: ({ facts }) => {
    if (!facts.info) return unknown("The engine's security options", "Give the agent access to the Docker socket.");
    const options = facts.info.SecurityOptions ?? [];
    if (options.some((option) => option.includes("name=selinux"))) return undefined;
    const reading = {
      item: facts.info.Name ?? "the daemon",
      path: "SecurityOptions",
      pointer: "/info/SecurityOptions",
      actual: show(options),
      expected: "name=selinux",
    };
    if (/enforcing/i.test(facts.host?.selinux ?? ""))
      return unhealthy("SELinux is enforcing, but the daemon does not use it (selinux-enabled).", [reading]);
    return notApplicable("SELinux is not the security module of this engine.", [reading]);
  },
  assess: (container, { facts }) => {
    // The kernel's label of the process is what holds; the engine's is what it asked for.
    const current = container.process?.appArmor ?? "";
    const label = current.split(":").length >= 3 ? current : (container.inspect.ProcessLabel ?? "");
    const isDisabled = (container.inspect.HostConfig.SecurityOpt ?? []).some((option) =>
      /^label[=:]disable$/.test(option),
    );
    const isEnforcing = !/^(?:permissive|disabled)$/i.test(facts.host?.selinux ?? "");
    const actual = isDisabled ? "label=disable" : label || "no label";
    return read(container, {
      path: "ProcessLabel",
      ...(isEnforcing ? {} : { pointer: "/host/selinux" }),
      actual: isEnforcing ? actual : `${actual}, which the kernel does not enforce (${facts.host?.selinux})`,
      expected: "a label that confines, enforced",
      isRight: !isDisabled && isEnforcing && label !== "" && !isUnconfinedType(label.split(":")[2] ?? ""),
    });
  },
  examples: () => ({
    healthy: [
      example({
        info: { SecurityOptions: ["name=selinux"] },
        container: { ProcessLabel: "system_u:system_r:container_t:s0:c1,c2" },
      }),
    ],
    unhealthy: [
      example({ info: { SecurityOptions: ["name=selinux"] } }),
      example({
        info: { SecurityOptions: ["name=selinux"] },
        container: { ProcessLabel: "system_u:system_r:spc_t:s0" },
      }),
      example({
        info: { SecurityOptions: ["name=selinux"] },
        container: { ProcessLabel: "system_u:system_r:unconfined_service_t:s0" },
      }),
      example({
        info: { SecurityOptions: ["name=selinux"] },
        container: { ProcessLabel: "system_u:system_r:container_t:s0:c1,c2" },
        host: { selinux: "Permissive" },
      }),
      example({ host: { selinux: "Enforcing" } }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["info"] })],
  }),
});

/** Types of the policy that confine nothing, or are the engine's own. */
function isUnconfinedType(type: string): boolean {
  return /^(?:spc_t|unconfined(?:_\w+)?_t|kernel_t|init(?:rc)?_t|(?:container|docker)_runtime_t|docker_t|dockerd_t)$/.test(
    type,
  );
}
