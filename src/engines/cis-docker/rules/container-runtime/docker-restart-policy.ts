import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.15. */
export default defineContainerRule({
  id: "docker-restart-policy",
  title: "Restarts are limited to five",
  failedTitle: "A container is restarted without limit",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.15", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.15", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.15", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.14", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "endless restarts hide crashes and attacks",
  rationale: "A container that restarts for ever hides a crash or an attack and can exhaust the host.",
  needs: ["HostConfig.RestartPolicy"],
  remediation: (item) => `Create ${item} again with --restart on-failure:5.`,
  passed: "Every restart policy is limited.",
  failed: "containers restart without a limit",
  assess: (container, { facts }) => {
    if (container.isKubernetes) return null;
    const serviceId = container.inspect.Config.Labels?.["com.docker.swarm.service.id"];
    const services = facts.swarm && Array.isArray(facts.swarm.services) ? facts.swarm.services : [];
    const index = services.findIndex((service) => service.ID === serviceId);
    if (serviceId && index >= 0) {
      const { Condition, MaxAttempts } = services[index]?.Spec?.TaskTemplate?.RestartPolicy ?? {};
      const attempts = MaxAttempts ?? 0;
      const condition = Condition || "any";
      return read(container, {
        path: "service Spec.TaskTemplate.RestartPolicy",
        pointer: `/swarm/services/${index}/Spec/TaskTemplate/RestartPolicy`,
        actual: `${condition}, ${attempts || "unlimited"} attempts`,
        expected: "none, or 1 to 5 attempts",
        isRight: condition === "none" || (attempts >= 1 && attempts <= 5),
      });
    }
    if (serviceId)
      return {
        status: "unknown",
        readings: [
          {
            item: container.name,
            path: "service Spec.TaskTemplate.RestartPolicy",
            pointer: "/swarm/services",
            actual: "not read: only a manager tells it",
            expected: "none, or 1 to 5 attempts",
          },
        ],
      };
    const { Name = "", MaximumRetryCount = 0 } = container.inspect.HostConfig.RestartPolicy ?? {};
    const name = Name || "no";
    const retries = MaximumRetryCount ?? 0;
    const isRight = name === "no" || (name === "on-failure" && retries >= 1 && retries <= 5);
    return read(container, {
      path: "HostConfig.RestartPolicy",
      actual: name === "on-failure" ? `${name}:${retries || "unlimited"}` : name,
      expected: "no, or on-failure with 1 to 5 retries",
      isRight,
    });
  },
  examples: () => ({
    healthy: [example(), example({ hostConfig: { RestartPolicy: { Name: "no" } } })],
    unhealthy: [
      example({ hostConfig: { RestartPolicy: { Name: "always" } } }),
      example({ hostConfig: { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 0 } } }),
    ],
    notApplicable: [example({ config: { Labels: { "io.kubernetes.pod.name": "p" } } })],
    unknown: [
      example({ without: ["containersInspect"] }),
      example({ config: { Labels: { "com.docker.swarm.service.id": "elsewhere" } } }),
    ],
  }),
});
