import { healthy, manual, unhealthy } from "../../../kit/outcome.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";
import { listening } from "../../listening-sockets.ts";

/** CIS Docker 1.8.0, control 7.2. */
export default defineSwarmRule({
  id: "docker-swarm-interface",
  title: "Swarm listens on one interface",
  failedTitle: "Swarm listens on every interface",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.3", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "control plane open on every interface",
  rationale: "The management port on every interface is open to networks it was not meant for.",
  needs: ["listening sockets"],
  confirms: "that swarm listens on one address when the sockets cannot be read",
  remediation: (item) =>
    `Create the swarm again with --listen-addr ADDRESS:2377 instead of ${item}, and block the port elsewhere.`,
  assess: ({ facts }) => {
    if (!facts.host?.listening)
      return manual("The listening sockets of the host could not be read: confirm that swarm listens on one address.");
    const port = /:(\d+)$/.exec(facts.info?.Swarm?.RemoteManagers?.[0]?.Addr ?? "")?.[1] ?? "2377";
    const sockets = listening(facts, { anyProcess: true }).filter((address) => address.endsWith(`:${port}`));
    if (sockets.length === 0)
      return manual(
        `The socket of port ${port} is not in the list that was read: confirm that swarm listens on one address.`,
      );
    const readings = sockets.map((address) => ({
      item: address,
      path: `listening on ${port}`,
      pointer: "/host/listening",
      actual: address,
      expected: "one address of the host",
    }));
    const wild = readings.filter(({ actual }) => /^(0\.0\.0\.0|\*|\[?::\]?):/.test(actual));
    return wild.length > 0
      ? unhealthy("The management port is open on every interface.", wild)
      : healthy("The management port is bound to one address.", readings);
  },
  examples: () => ({
    healthy: [swarmExample()],
    unhealthy: [swarmExample({ host: { listening: ['LISTEN 0 4096 *:2377 *:* users:(("dockerd",pid=7,fd=9))'] } })],
    manual: [swarmExample({ host: { listening: null } }), swarmExample({ host: { listening: [] } })],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
