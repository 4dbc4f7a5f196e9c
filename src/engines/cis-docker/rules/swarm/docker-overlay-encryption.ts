import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.3. */
export default defineSwarmRule({
  id: "docker-overlay-encryption",
  title: "Overlay networks are encrypted",
  failedTitle: "An overlay network is not encrypted",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.3", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.3", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.3", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.4", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "plain VXLAN between hosts",
  rationale: "Traffic between hosts is otherwise readable on the way.",
  needs: ["GET /networks"],
  remediation: (item) =>
    `Create the network again: docker network create --driver overlay --opt encrypted NEW, move the services from ${item} to it and remove the old one.`,
  assess: ({ facts }) => {
    if (!facts.networks) return unknown("The networks", "Give the agent access to the Docker socket.");
    const overlays = facts.networks
      .map((network, index) => ({ network, index }))
      .filter(({ network }) => network.Driver === "overlay");
    if (overlays.length === 0) return notApplicable("The swarm has no overlay network.");
    const isAlone = (facts.info?.Swarm?.Nodes ?? 1) <= 1;
    const readings = overlays.map(({ network, index }) => ({
      item: network.Name,
      path: `network ${network.Name}: encrypted`,
      pointer: `/networks/${index}/Options`,
      actual: "encrypted" in (network.Options ?? {}) ? "on" : "off",
      expected: "on",
      ...(network.Ingress || isAlone ? { severity: "low" as const } : {}),
    }));
    const open = readings.filter((reading) => reading.actual === "off");
    return open.length > 0
      ? unhealthy(
          `${open.length} of ${overlays.length} overlay networks are not encrypted.`,
          open,
          open.every((reading) => "severity" in reading) ? { severity: "low" } : {},
        )
      : healthy("Every overlay network is encrypted.", readings);
  },
  examples: () => ({
    healthy: [swarmExample({ networks: [{ Name: "app", Id: "o1", Driver: "overlay", Options: { encrypted: "" } }] })],
    unhealthy: [
      swarmExample({ networks: [{ Name: "ingress", Id: "o1", Driver: "overlay", Ingress: true, Options: {} }] }),
    ],
    unknown: [swarmExample({ without: ["networks"] })],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
