import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { publishedPorts } from "../../published-ports.ts";

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
  needs: ["NetworkSettings.Ports"],
  remediation: (item, reading) =>
    `Publish ${item} on one address, for example -p 10.0.0.4:8080:80 instead of ${reading?.actual ?? "every interface"}, or set "ip" in the daemon configuration as the default.`,
  passed: "Every published port is bound to one address.",
  failed: "containers publish ports on every interface",
  assess: (container) => {
    const bindings = publishedPorts(container);
    if (bindings.length === 0) return null;
    const readings = bindings.map(({ hostIp, hostPort, containerPort, pointer }) => ({
      item: container.name,
      path: `NetworkSettings.Ports["${containerPort}"]`,
      pointer,
      actual: `${hostIp || "every interface"}:${hostPort}`,
      expected: "one address of the host",
      isWild: ["", "0.0.0.0", "::"].includes(hostIp),
    }));
    const plain = (list: typeof readings) => list.map(({ isWild, ...reading }) => reading);
    const wild = readings.filter((reading) => reading.isWild);
    return wild.length > 0
      ? { status: "unhealthy", readings: plain(wild) }
      : { status: "healthy", readings: plain(readings) };
  },
  examples: () => ({
    healthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] } } } }),
    ],
    unhealthy: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "::", HostPort: "8080" }] } } } }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
