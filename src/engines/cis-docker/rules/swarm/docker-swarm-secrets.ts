import { healthy, manual, unhealthy, unknown } from "../../../kit/outcome.ts";
import { secretNames } from "../../build-history.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.4. */
export default defineSwarmRule({
  id: "docker-swarm-secrets",
  title: "Services get secrets from the swarm",
  failedTitle: "A service holds a secret in its environment",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.5", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "secrets in env or images",
  rationale: "A secret in the environment shows in every inspection of the service.",
  needs: ["GET /services", "GET /secrets"],
  confirms: "how secrets are handed to services",
  remediation: (item) =>
    `Create a secret (docker secret create NAME FILE), give it to the service ${item} with --secret-add and remove the variable with --env-rm.`,
  assess: ({ facts }) => {
    const services = facts.swarm?.services;
    if (!Array.isArray(services))
      return unknown("The services of the swarm", "Give the agent access to a manager's socket.");
    if (services.length === 0) return manual("No service runs: confirm how secrets will be handed to services.");
    const readings = services.flatMap((service, index) => {
      const names = secretNames(service.Spec?.TaskTemplate?.ContainerSpec?.Env ?? [], []);
      return names.map((name) => ({
        item: service.Spec?.Name ?? service.ID ?? "?",
        path: "TaskTemplate.ContainerSpec.Env",
        pointer: `/swarm/services/${index}/Spec/TaskTemplate/ContainerSpec/Env`,
        actual: name,
        expected: "a secret of the swarm",
      }));
    });
    if (readings.length > 0) return unhealthy(`${readings.length} variables of services look like secrets.`, readings);
    return healthy("No service carries a secret in its environment.", [
      {
        path: "services",
        pointer: "/swarm/services",
        actual: `${services.length} services`,
        expected: "no secret in the environment",
      },
    ]);
  },
  examples: () => ({
    healthy: [swarmExample()],
    unhealthy: [
      swarmExample({
        services: [
          { ID: "s", Spec: { Name: "db", TaskTemplate: { ContainerSpec: { Env: ["DB_PASSWORD=opensesame"] } } } },
        ],
      }),
    ],
    manual: [swarmExample({ services: [] })],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
