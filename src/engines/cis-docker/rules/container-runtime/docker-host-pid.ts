import { namespaceOrigin } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.16. */
export default defineContainerRule({
  id: "docker-host-pid",
  title: "The process namespace of the host is not shared",
  failedTitle: "A container shares the process namespace of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.16", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.16", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.16", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.15", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "sees and signals host processes",
  rationale: "It sees every process of the host, and may signal or trace them.",
  needs: ["HostConfig.PidMode"],
  remediation: (item) => `Create ${item} again without --pid=host, and not joined to a container that has it.`,
  passed: "No container shares it.",
  failed: "containers share the process namespace of the host",
  assess: (container, context) => {
    const { isHosts, words } = namespaceOrigin(container, "PidMode", context);
    const outcome = read(container, {
      path: "HostConfig.PidMode",
      actual: words,
      expected: "not host",
      isRight: isHosts === false,
    });
    return isHosts === null ? { ...outcome, status: "unknown" } : outcome;
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ hostConfig: { PidMode: "host" } }),
      example({
        hostConfig: { PidMode: "container:other" },
        containers: [
          { Id: "2e", Name: "/other", State: { Status: "exited" }, HostConfig: { PidMode: "host" }, Config: {} },
        ],
      }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] }), example({ hostConfig: { PidMode: "container:gone" } })],
  }),
});
