import type { ItemOutcome } from "../../../kit/item-rule.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";
import { type OpenPort, openPorts, servicePorts, unreadPorts, workerNotes } from "../../published-ports.ts";

/** CIS Docker 1.8.0, control 5.14. */
export default defineContainerRule({
  id: "docker-bind-interface",
  title: "Published ports are bound to one interface",
  failedTitle: "A port is published on every interface",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.14", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.14", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.14", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.13", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "service reachable on every interface",
  rationale: "A port on every interface is open to networks it was not meant for.",
  needs: ["NetworkSettings.Ports", "listening sockets", "ports of services"],
  remediation: (item, reading) =>
    `Publish ${item} on one address, for example -p 10.0.0.4:8080:80 instead of ${reading?.actual ?? "every interface"}, or set "ip" in the daemon configuration as the default.`,
  passed: "Every published port is bound to one address.",
  failed: "containers publish ports on every interface",
  assess: (container, context) => {
    const open = openPorts(container, context);
    if (open === null) return unreadPorts(container, "one address of the host");
    return judgePorts(container.name, open);
  },
  further: ({ facts }) => servicePorts(facts).map(({ item, ports }) => judgePorts(item, ports)),
  notes: ({ facts }) => workerNotes(facts),
  examples: () => ({
    healthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] } } } }),
    ],
    unhealthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "::", HostPort: "8080" }] } } } }),
      swarmExample({
        services: [
          {
            ID: "s",
            Spec: { Name: "web", EndpointSpec: { Ports: [{ PublishedPort: 8080, PublishMode: "ingress" }] } },
          },
        ],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ hostConfig: { NetworkMode: "host" } }), example({ without: ["containersInspect"] })],
  }),
});

function judgePorts(item: string, ports: readonly OpenPort[]): ItemOutcome {
  if (ports.length === 0) return null;
  const isWild = ({ hostIp }: OpenPort) => ["", "0.0.0.0", "::", "*"].includes(hostIp);
  const reading = ({ path, pointer, hostIp, hostPort }: OpenPort) => ({
    item,
    path,
    pointer,
    actual: `${hostIp || "every interface"}:${hostPort}`,
    expected: "one address of the host",
  });
  const wild = ports.filter(isWild);
  return wild.length > 0
    ? { status: "unhealthy", readings: wild.map(reading) }
    : { status: "healthy", readings: ports.map(reading) };
}
