import { namespaceOrigin } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.10. */
export default defineContainerRule({
  id: "docker-host-network",
  title: "The network namespace of the host is not shared",
  failedTitle: "A container shares the network namespace of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.10", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.10", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.10", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.9", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "sees and binds all host traffic",
  rationale: "It sees and opens every port of the host and reaches services that listen on loopback.",
  needs: ["HostConfig.NetworkMode"],
  remediation: (item) => `Create ${item} again without --network=host, and not joined to a container that has it.`,
  passed: "No container shares it.",
  failed: "containers share the network namespace of the host",
  isTold: "by the list",
  assess: (container, context) => {
    const { isHosts, words } = namespaceOrigin(container, "NetworkMode", context);
    const outcome = read(container, {
      path: "HostConfig.NetworkMode",
      actual: words,
      expected: "not host",
      isRight: isHosts === false,
    });
    if (isHosts === null) return { ...outcome, status: "unknown" };
    // Without root, "host" is only the namespace that the daemon itself lives in.
    return context.facts.engine.isRootless ? { ...outcome, severity: "low" } : outcome;
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ hostConfig: { NetworkMode: "host" } }),
      example({
        hostConfig: { NetworkMode: "container:other" },
        containers: [
          { Id: "2e", Name: "/other", State: { Status: "exited" }, HostConfig: { NetworkMode: "host" }, Config: {} },
        ],
      }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] }), example({ hostConfig: { NetworkMode: "container:gone" } })],
  }),
});
