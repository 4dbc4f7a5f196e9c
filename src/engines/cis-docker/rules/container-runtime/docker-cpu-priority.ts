import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.12. */
export default defineContainerRule({
  id: "docker-cpu-priority",
  title: "CPU priority of containers is set",
  failedTitle: "A container has no CPU priority",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.12", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.12", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.12", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.11", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "CPU starvation",
  rationale: "Without it, one busy container slows all the others.",
  needs: ["HostConfig.CpuShares", "HostConfig.NanoCpus", "HostConfig.CpuQuota", "HostConfig.CpusetCpus"],
  remediation: (item) => `Create ${item} again with --cpu-shares or --cpus.`,
  passed: "Every container has a CPU priority or limit.",
  failed: "containers have the default CPU priority",
  assess: (container) => {
    const { CpuShares, NanoCpus, CpuQuota, CpusetCpus } = container.inspect.HostConfig;
    const hasShares = CpuShares !== null && CpuShares !== undefined && CpuShares !== 0 && CpuShares !== 1024;
    const isRight = hasShares || (NanoCpus ?? 0) > 0 || (CpuQuota ?? 0) > 0 || Boolean(CpusetCpus);
    const actual = `shares ${CpuShares ?? 0}, cpus ${(NanoCpus ?? 0) / 1e9}, quota ${CpuQuota ?? 0}, cpuset ${CpusetCpus || "any"}`;
    return read(container, {
      path: `HostConfig.${hasShares ? "CpuShares" : (NanoCpus ?? 0) > 0 ? "NanoCpus" : (CpuQuota ?? 0) > 0 ? "CpuQuota" : CpusetCpus ? "CpusetCpus" : "CpuShares"}`,
      actual,
      expected: "shares other than 0 and 1024, or cpus, quota or cpuset",
      isRight,
    });
  },
  examples: () => ({
    healthy: [example(), example({ hostConfig: { CpuShares: 0, CpuQuota: 50_000 } })],
    unhealthy: [example({ hostConfig: { CpuShares: 0 } }), example({ hostConfig: { CpuShares: 1024 } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
