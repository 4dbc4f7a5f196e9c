import type { Container } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.4. */
export default defineContainerRule({
  id: "docker-capabilities",
  title: "Containers keep few kernel capabilities",
  failedTitle: "A container has further kernel capabilities",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.3", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "extra capabilities allow escape",
  rationale: "Each further capability is a way to take over the host.",
  needs: ["HostConfig.CapAdd", "HostConfig.CapDrop", "HostConfig.Privileged"],
  remediation: (item, reading) =>
    `Create ${item} again with --cap-drop ALL and only the capabilities it needs; it must not have: ${reading?.actual ?? "more than the default set"}.`,
  passed: "No container has more than the default capabilities.",
  failed: "containers have further capabilities",
  confirms: "that the capabilities this site allows are still needed",
  unconfirmed: "Containers have capabilities that this site allows: confirm that they are still needed.",
  assess: (container, { policy }) => {
    const effective = effectiveCapabilities(container);
    const allowed = new Set([...defaultCapabilities, ...policy.allowedCapabilities]);
    const usual = new Set(defaultCapabilities);
    if (policy.strictCapabilities && !policy.allowedCapabilities.includes("NET_RAW")) allowed.delete("NET_RAW");
    const accepted = effective === "all" ? [] : effective.filter((name) => allowed.has(name) && !usual.has(name));
    const beyond = effective === "all" ? ["ALL"] : effective.filter((name) => !allowed.has(name));
    const outcome = read(container, {
      path: container.inspect.HostConfig.Privileged ? "HostConfig.Privileged" : "HostConfig.CapAdd",
      ...(isOfRuntime(container, beyond) ? { pointer: `/host/containerProcesses/${container.id}/capEff` } : {}),
      actual: beyond.join(", ") || accepted.join(", ") || "nothing beyond the default set",
      expected: "the default set or less",
      isRight: beyond.length === 0,
    });
    if (beyond.length === 0 && accepted.length > 0) return { ...outcome, status: "manual" };
    return beyond.join() === "NET_RAW" ? { ...outcome, severity: "medium" } : outcome;
  },
  examples: () => ({
    healthy: [example(), example({ hostConfig: { CapAdd: ["CAP_CHOWN"], CapDrop: null } })],
    unhealthy: [
      example({ hostConfig: { CapAdd: ["NET_ADMIN"] } }),
      example({ hostConfig: { CapAdd: ["ALL"] } }),
      example({ hostConfig: { Privileged: true } }),
      example({ host: { containerProcesses: { ["1f".repeat(32)]: { pid: 4100, capEff: "0000000000200000" } } } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/** Capabilities that Docker gives by default. */
const defaultCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Capabilities by their number in the kernel (capability.h). */
const numbered = [
  ...["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP"],
  ...["LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER"],
  ...["SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE"],
  ...["SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP"],
  ...["MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF"],
  "CHECKPOINT_RESTORE",
];

/** What the kernel says that the main process has, beyond what the engine was asked for: a runtime may add its own. */
function addedByRuntime({ process }: Container, asked: readonly string[]): string[] {
  const mask = /^[0-9a-f]{1,16}$/i.test(process?.capEff ?? "") ? BigInt(`0x${process?.capEff}`) : 0n;
  return numbered.filter((name, bit) => (mask >> BigInt(bit)) & 1n && !asked.includes(name));
}

function effectiveCapabilities(container: Container): string[] | "all" {
  const { inspect } = container;
  const normal = (names: string[] | null | undefined) =>
    (names ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, ""));
  const added = normal(inspect.HostConfig.CapAdd);
  const dropped = normal(inspect.HostConfig.CapDrop);
  if (inspect.HostConfig.Privileged || added.includes("ALL")) return "all";
  const kept = dropped.includes("ALL") ? [] : defaultCapabilities.filter((name) => !dropped.includes(name));
  const asked = [...new Set([...kept, ...added])];
  return [...asked, ...addedByRuntime(container, asked)];
}

/** True when nothing of what is beyond was asked for: the kernel's word for the process is what says it. */
function isOfRuntime({ inspect }: Container, beyond: readonly string[]): boolean {
  const added = (inspect.HostConfig.CapAdd ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, ""));
  const isAsked = inspect.HostConfig.Privileged || beyond.some((name) => added.includes(name));
  return beyond.length > 0 && !isAsked;
}
