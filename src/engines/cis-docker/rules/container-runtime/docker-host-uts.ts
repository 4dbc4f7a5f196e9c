import { sharesLink } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.21. */
export default defineContainerRule({
  id: "docker-host-uts",
  title: "The UTS namespace of the host is not shared",
  failedTitle: "A container shares the UTS namespace of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.21", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.21", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.21", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.20", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "can rename the host",
  rationale: "A container in it can rename the host.",
  needs: ["HostConfig.UTSMode"],
  remediation: (item) => `Create ${item} again without --uts=host.`,
  passed: "No container shares it.",
  failed: "containers share the UTS namespace of the host",
  assess: (container, { facts }) => {
    const value = container.inspect.HostConfig.UTSMode;
    const isHosts = sharesLink(container, "uts", facts) ?? value === "host";
    return read(container, {
      path: "HostConfig.UTSMode",
      actual: isHosts ? "host" : value,
      expected: "not host",
      isRight: !isHosts && value !== "host",
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { UTSMode: "host" } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
