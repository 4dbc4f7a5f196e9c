import type { ItemOutcome } from "../../../kit/item-rule.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";
import type { Policy } from "../../policy.ts";
import { type OpenPort, openPorts, servicePorts, unreadPorts, workerNotes } from "../../published-ports.ts";

/** CIS Docker 1.8.0, control 5.8. */
export default defineContainerRule({
  id: "docker-privileged-ports",
  title: "Privileged ports are not published",
  failedTitle: "A container publishes a privileged port",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.8", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.8", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.8", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.7", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "services on trusted ports",
  rationale: "Ports below 1024 belong to services of the host; a container on one can stand in for them.",
  needs: ["NetworkSettings.Ports", "HostConfig.PortBindings", "listening sockets", "ports of services"],
  remediation: (item, reading) =>
    `Publish ${item} on a port above 1023 instead of ${reading?.actual ?? "its port"}, or allow this port for the site if it is the proxy that must own it.`,
  passed: "Published ports are 1024 or higher.",
  failed: "containers publish privileged ports",
  confirms: "that the privileged ports this site allows belong to its proxies",
  unconfirmed: "Privileged ports that this site allows are published: confirm that a proxy owns them.",
  assess: (container, context) => {
    const open = openPorts(container, context);
    return open === null ? unreadPorts(container, "1024 or higher") : judgePorts(container.name, open, context.policy);
  },
  further: ({ facts, policy }) => servicePorts(facts).map(({ item, ports }) => judgePorts(item, ports, policy)),
  notes: ({ facts }) => workerNotes(facts),
  examples: () => ({
    healthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] } } } }),
    ],
    unhealthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "80" }] } } } }),
      swarmExample({
        services: [
          { ID: "s", Spec: { Name: "web", EndpointSpec: { Ports: [{ PublishedPort: 80, PublishMode: "ingress" }] } } },
        ],
      }),
      example({
        hostConfig: { NetworkMode: "host" },
        host: { containerListening: ['LISTEN 0 511 *:80 *:* users:(("httpd",pid=4100,fd=4))'] },
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ hostConfig: { NetworkMode: "host" } }), example({ without: ["containersInspect"] })],
  }),
});

function judgePorts(item: string, ports: readonly OpenPort[], policy: Policy): ItemOutcome {
  if (ports.length === 0) return null;
  const low = ports.filter(({ hostPort }) => hostPort >= 1 && hostPort < 1024);
  const bad = low.filter(({ hostPort }) => !policy.allowedPrivilegedPorts.includes(hostPort));
  const reading = ({ path, pointer, hostPort }: OpenPort) => ({
    item,
    path,
    pointer,
    actual: `${hostPort}`,
    expected: "1024 or higher",
  });
  if (bad.length === 0 && low.length > 0) return { status: "manual", readings: low.map(reading) };
  return bad.length > 0
    ? { status: "unhealthy", readings: bad.map(reading) }
    : { status: "healthy", readings: ports.map(reading) };
}
