import { healthy, notApplicable, show, unhealthy } from "../../../kit/outcome.ts";
import { defaultTlsFile, listenStreams } from "../../daemon-files.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { daemonTcpSockets } from "../../listening-sockets.ts";

/** CIS Docker 1.8.0, control 2.8. */
export default defineDaemonRule({
  id: "docker-tls-client-verification",
  title: "The TCP socket asks for client certificates",
  failedTitle: "The daemon listens on TCP without client verification",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.8", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.7", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.7", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.6", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "an open TCP socket gives root to the network",
  rationale: "A daemon on the network without client verification gives root to everyone who reaches it.",
  needs: ["daemon arguments and file", "listening sockets"],
  needsSettings: true,
  remediation: (item) =>
    `Stop listening on ${item}, or set "tlsverify": true with "tlscacert", "tlscert" and "tlskey" in the daemon configuration and hand client certificates to those who need access.`,
  assess: ({ facts }) => {
    const hosts = facts.daemon.list("host", "hosts");
    const endpoints = [...hosts.value, ...listenStreams(facts)].flatMap(tcpAddress);
    const metrics = facts.daemon.text("metrics-addr", "").value;
    const known = metrics ? [...endpoints, metrics] : endpoints;
    const sockets = daemonTcpSockets(facts).filter(
      (address) => !known.some((endpoint) => endpoint.endsWith(address.slice(address.lastIndexOf(":")))),
    );
    const all = [...endpoints, ...sockets.map((address) => `tcp://${address}`)];
    const none = {
      path: hosts.path,
      pointer: hosts.pointer,
      actual: show(hosts.value),
      expected: "no tcp:// address, or tlsverify",
    };
    if (all.length === 0) return notApplicable("The daemon does not listen on TCP.", [none]);
    const verify = facts.daemon.flag("tlsverify", false);
    const missing = ["tlscacert", "tlscert", "tlskey"].filter(
      (option) => !facts.daemon.text(option, "").value && !defaultTlsFile(facts, option),
    );
    const problem = !verify.value
      ? facts.daemon.flag("tls", false).value
        ? "TLS without client verification"
        : "no TLS"
      : missing.length > 0
        ? `tlsverify without ${missing.join(", ")}`
        : "";
    const readings = all.map((address) => ({
      item: address,
      path: problem ? hosts.path : verify.path,
      // A failing endpoint stands where it was opened; a good one where verification is switched on.
      pointer: !problem ? verify.pointer : endpoints.includes(address) ? hosts.pointer : "/host/listening",
      actual: problem || "tlsverify with CA, certificate and key",
      expected: "tlsverify with CA, certificate and key",
    }));
    if (!problem) return healthy("Clients must show a certificate.", readings);
    const isOpen = !verify.value && all.some((address) => !/^tcp:\/\/(127\.|localhost|\[::1\])/.test(address));
    return unhealthy(`The daemon listens on TCP with ${problem}.`, readings, isOpen ? { severity: "critical" } : {});
  },
  examples: () => ({
    healthy: [
      example({
        argv: ["-H", "tcp://10.0.0.4:2376", "--tlsverify", "--tlscacert=/c", "--tlscert", "/d", "--tlskey=/k"],
        configFile: {},
      }),
    ],
    unhealthy: [
      example({ argv: ["-H=tcp://0.0.0.0:2375"] }),
      example({ argv: ["--host", "tcp://127.0.0.1:2375", "--tls"] }),
      example({ host: { listening: ['LISTEN 0 4096 0.0.0.0:2375 0.0.0.0:* users:(("dockerd",pid=700,fd=4))'] } }),
    ],
    notApplicable: [
      example(),
      // Without the userland proxy dockerd holds published ports itself.
      example({
        container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "443" }] } } },
        host: { listening: ['LISTEN 0 4096 0.0.0.0:443 0.0.0.0:* users:(("dockerd",pid=700,fd=4))'] },
      }),
    ],
    unknown: [example({ without: ["host"] })],
  }),
});

/** A TCP endpoint of an address as dockerd and systemd take it: `tcp://…`, `host:port`, `:port` or a bare port. */
function tcpAddress(address: string): string[] {
  if (address.startsWith("tcp://")) return [address];
  return /^(\[?[\w.:*-]*\]?:)?\d+$/.test(address) ? [`tcp://${address}`] : [];
}
