import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.27. */
export default defineContainerRule({
  id: "docker-runtime-healthcheck",
  title: "Health of containers is checked",
  failedTitle: "The health of a container is not checked",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.27", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.27", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.27", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.26", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "failures unseen",
  rationale: "A container that hangs looks alive without a check.",
  needs: ["Config.Healthcheck", "State.Health"],
  remediation: (item) => `Create ${item} again with --health-cmd, or from an image that has a HEALTHCHECK.`,
  passed: "Every container has a health check.",
  failed: "containers have no health check",
  assess: (container) => {
    if (container.isKubernetes || container.inspect.HostConfig.AutoRemove) return null;
    const test = container.inspect.Config.Healthcheck?.Test ?? [];
    const state = container.inspect.State.Health?.Status;
    const hasCheck = test.length > 0 && test[0] !== "NONE";
    // The control asks for a check; what the check says now is told beside it.
    const said = state ? ` (says ${state})` : "";
    return read(container, {
      path: "Config.Healthcheck.Test",
      actual: hasCheck ? `${test.join(" ")}${said}` : "no check",
      expected: "a check",
      isRight: hasCheck,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ config: { Healthcheck: null } }), example({ config: { Healthcheck: { Test: ["NONE"] } } })],
    notApplicable: [example({ hostConfig: { AutoRemove: true } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
