import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.5. */
export default defineContainerRule({
  id: "docker-privileged-container",
  title: "Privileged containers are not used",
  failedTitle: "A container runs privileged",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.5", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.5", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.5", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.4", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "equals root on the host",
  rationale: "A privileged container has every device and capability of the host: it is root on the host.",
  needs: ["HostConfig.Privileged"],
  remediation: (item) =>
    `Create ${item} again without --privileged; give it the single capability or device it needs (--cap-add, --device).`,
  passed: "No container is privileged.",
  failed: "containers run privileged",
  assess: (container) => {
    const value = container.inspect.HostConfig.Privileged;
    return read(container, {
      path: "HostConfig.Privileged",
      actual: value ?? false,
      expected: "false",
      isRight: value !== true,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { Privileged: true } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
