import { healthy, notApplicable, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.2. */
export default defineDaemonRule({
  id: "docker-default-bridge-icc",
  title: "Containers on the default bridge cannot reach each other",
  failedTitle: "Containers on the default bridge can reach each other",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "lateral movement between unrelated containers",
  rationale: "Any container on the default bridge can otherwise open connections to all the others there.",
  needs: ["GET /networks", "daemon arguments and file"],
  remediation: (item) =>
    `Set "icc": false in ${item}, check the file with "dockerd --validate --config-file ${item}" and restart the daemon.`,
  assess: ({ facts }) => {
    const bridge = facts.networks?.find(
      (network) =>
        network.Options?.["com.docker.network.bridge.default_bridge"] === "true" || network.Name === "bridge",
    );
    const index = facts.networks?.indexOf(bridge ?? { Name: "", Id: "" }) ?? -1;
    // Every engine lists "host" and "none" at least: an empty list is no answer.
    if (facts.networks?.length && !bridge) return notApplicable("The default bridge is switched off.");
    if (bridge) {
      const value = bridge.Options?.["com.docker.network.bridge.enable_icc"];
      const reading = {
        item: facts.daemon.configPath,
        path: "bridge network: com.docker.network.bridge.enable_icc",
        pointer: `/networks/${index}/Options/com.docker.network.bridge.enable_icc`,
        actual: show(value),
        expected: "false",
      };
      const open = (facts.networks ?? []).filter(
        (network) =>
          network !== bridge &&
          network.Driver === "bridge" &&
          network.Options?.["com.docker.network.bridge.enable_icc"] !== "false",
      );
      const notes = open.map(({ Name }) => `On the network ${Name} containers reach each other, as its makers chose.`);
      return value === "false"
        ? healthy("The default bridge isolates containers.", [reading], notes)
        : unhealthy("Containers on the default bridge reach each other.", [reading], { notes });
    }
    if (!facts.daemon.isReadable)
      return unknown("The default bridge and the daemon's settings", "Give the agent access to the Docker socket.");
    const setting = facts.daemon.flag("icc", true);
    const reading = {
      item: facts.daemon.configPath,
      path: setting.path,
      pointer: setting.pointer,
      actual: `${setting.value}`,
      expected: "false",
    };
    return setting.value
      ? unhealthy("Containers on the default bridge reach each other.", [reading])
      : healthy("The default bridge isolates containers.", [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ without: ["networks"], argv: ["--icc=false"], configFile: {} })],
    unhealthy: [
      example({
        networks: [{ Name: "bridge", Id: "n0", Options: { "com.docker.network.bridge.enable_icc": "true" } }],
      }),
      example({ without: ["networks"], configFile: {} }),
    ],
    notApplicable: [example({ networks: [{ Name: "app", Id: "n1", Driver: "bridge" }] })],
    unknown: [example({ without: ["networks", "host"] }), example({ networks: [], without: ["host"] })],
  }),
});
