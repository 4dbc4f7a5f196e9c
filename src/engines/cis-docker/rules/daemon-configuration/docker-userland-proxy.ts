import { healthy, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { listening } from "../../listening-sockets.ts";

/** CIS Docker 1.8.0, control 2.17. */
export default defineDaemonRule({
  id: "docker-userland-proxy",
  title: "The userland proxy is off",
  failedTitle: "The userland proxy is on",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.17", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.16", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.16", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.14", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "extra attack surface and loss of client addresses",
  rationale: "The proxy hides the address of clients and is one more program that listens on the host.",
  needs: ["daemon arguments and file", "processes"],
  needsSettings: true,
  remediation: (item) =>
    `Set "userland-proxy": false in ${item}, check the file with "dockerd --validate --config-file ${item}" and restart the daemon.`,
  assess: ({ facts }) => {
    const setting = facts.daemon.flag("userland-proxy", true);
    const processes = (facts.host?.processes ?? []).filter((process) => process.comm === "docker-proxy").length;
    // Where processes were listed, they decide; sockets stand in where they were not.
    const isListed = (facts.host?.processes ?? []).length > 0;
    const proxies = isListed ? processes : listening(facts, { program: "docker-proxy" }).length;
    const reading = {
      item: facts.daemon.configPath,
      path: setting.path,
      pointer: setting.pointer,
      actual: `${setting.value}`,
      expected: "false",
    };
    if (setting.value) return unhealthy("Published ports pass the userland proxy.", [reading]);
    if (proxies > 0)
      return unhealthy(`${proxies} proxies still run: the daemon was not restarted.`, [
        {
          ...reading,
          path: processes > 0 ? "processes named docker-proxy" : "sockets of docker-proxy",
          pointer: processes > 0 ? "/host/processes" : "/host/listening",
          actual: `${proxies}`,
          expected: "0",
        },
      ]);
    return healthy("Ports are published without the proxy.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ configFile: {} }),
      example({
        host: {
          processes: [],
          listening: ['LISTEN 0 4096 0.0.0.0:80 0.0.0.0:* users:(("docker-proxy",pid=9,fd=4))'],
        },
      }),
      example({ host: { processes: [{ pid: 9, comm: "docker-proxy", exe: "/usr/bin/docker-proxy", argv: [] }] } }),
    ],
    unknown: [example({ without: ["host"] })],
  }),
});
