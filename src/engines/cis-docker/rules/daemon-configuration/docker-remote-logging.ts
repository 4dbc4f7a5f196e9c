import { healthy, manual, unhealthy, unknown } from "../../../kit/outcome.ts";
import { type Container, mountsOf } from "../../container-facts.ts";
import { defineDaemonRule, unreadDaemon } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 2.14. */
export default defineDaemonRule({
  id: "docker-remote-logging",
  title: "Logs leave the host",
  failedTitle: "Logs stay on the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.14", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.13", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.13", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.12", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "logs die with the host",
  rationale: "Who takes over a host can remove local logs and with them every trace.",
  needs: ["info.LoggingDriver", "log drivers of containers"],
  confirms: "where a logging plug-in of unknown kind, or a collector on this host, sends to",
  remediation: (item) =>
    `Set a remote driver in place of ${item}, for example "log-driver": "syslog" with "log-opts": {"syslog-address": "tcp+tls://LOGHOST:6514"}, and create the containers again.`,
  assess: ({ facts, policy }) => {
    const driver = facts.info?.LoggingDriver;
    if (!driver) return unknown("The logging driver", "Give the agent access to the Docker socket.");
    const expected = `one of ${policy.remoteLogDrivers.join(", ")}`;
    const reading = { item: driver, path: "LoggingDriver", pointer: "/info/LoggingDriver", actual: driver, expected };
    if (driver === "syslog") {
      if (!facts.daemon.isReadable) return unreadDaemon();
      const address = syslogAddress(facts);
      if (staysHere(address))
        return unhealthy("syslog writes to this same host.", [
          {
            ...reading,
            path: "log-opts.syslog-address",
            pointer: facts.daemon.list("log-opt", "log-opts").pointer,
            actual: address || "not set, so this host",
            expected: "another host",
          },
        ]);
    }
    if (collectorIsHere(facts, driver))
      return manual(`${driver} sends to a collector on this same host: confirm that it sends the logs on.`, [reading]);
    const local = ["json-file", "local", "none", "journald"];
    const overriding = (facts.containers ?? []).filter(
      (container) =>
        container.isActive &&
        !local.includes(driver) &&
        (local.includes(container.inspect.HostConfig.LogConfig?.Type ?? driver) ||
          staysHere(container.inspect.HostConfig.LogConfig?.Config?.["syslog-address"] ?? "tcp://elsewhere")),
    );
    if (policy.remoteLogDrivers.includes(driver) && overriding.length === 0)
      return healthy(`Logs go out with ${driver}.`, [reading]);
    if (policy.remoteLogDrivers.includes(driver)) {
      return unhealthy(
        "Containers keep their logs on this host.",
        overriding.map((container) => ({
          item: container.name,
          path: "HostConfig.LogConfig.Type",
          pointer: `${container.pointer}/HostConfig/LogConfig/Type`,
          actual: container.inspect.HostConfig.LogConfig?.Type ?? "not set",
          expected,
        })),
      );
    }
    const shipper = logShipper(facts);
    if (shipper && local.includes(driver) && driver !== "none")
      return healthy(`${shipper} reads the local logs; what it sends was not verified.`, [
        { ...reading, actual: `${driver}, read by ${shipper}` },
      ]);
    if (!local.includes(driver))
      return manual(`${driver} is a plug-in: confirm that it sends logs to another host.`, [reading]);
    return unhealthy(`Logs stay on this host (${driver}).`, [reading]);
  },
  examples: () => ({
    healthy: [
      example(),
      example({
        info: { LoggingDriver: "json-file" },
        config: { Image: "fluent/fluent-bit:3" },
        container: {
          Mounts: [{ Type: "bind", Source: "/var/lib/docker/containers", Destination: "/logs", RW: false }],
        },
      }),
    ],
    unhealthy: [
      example({ info: { LoggingDriver: "json-file" } }),
      example({ info: { LoggingDriver: "json-file" }, config: { Image: "fluent/fluent-bit:3" } }),
      example({ argv: ["--log-opt", "syslog-address=udp://127.0.0.1:514"] }),
      example({ configFile: {} }),
      example({ hostConfig: { LogConfig: { Type: "json-file" } } }),
    ],
    manual: [example({ info: { LoggingDriver: "acme/shipper" } })],
    unknown: [example({ without: ["info"] })],
  }),
});

/** `syslog-address` of the daemon's log options, in either form; empty when none is set. */
function syslogAddress(facts: HostFacts): string {
  const given = facts.daemon.list("log-opt", "log-opts").value.find((entry) => entry.startsWith("syslog-address="));
  if (given) return given.slice("syslog-address=".length);
  const written = facts.daemon.object("log-opts")?.["syslog-address"];
  return typeof written === "string" ? written : "";
}

/** fluentd and gelf send to a collector, which is on this host when its address says so, or (fluentd) when none is given. */
function collectorIsHere(facts: HostFacts, driver: string): boolean {
  if (driver !== "fluentd" && driver !== "gelf") return false;
  const key = `${driver}-address`;
  const given = facts.daemon.list("log-opt", "log-opts").value.find((entry) => entry.startsWith(`${key}=`));
  const written = facts.daemon.object("log-opts")?.[key];
  const address = given?.slice(key.length + 1) ?? (typeof written === "string" ? written : "");
  if (address === "") return driver === "fluentd" && facts.daemon.isReadable;
  return staysHere(address) || /^(?:127\.|localhost(?::|$)|\[::1\])/.test(address);
}

/** syslog without an address writes to the host's own log, as does a Unix socket or a loopback address. */
function staysHere(address: string): boolean {
  return address === "" || /^unix(gram)?:|:\/\/(127\.|localhost(:|$)|\[::1\]|0\.0\.0\.0)/.test(address);
}

/** A known log shipper that runs on the host, or as a container that sees the logs of the others. */
function logShipper(facts: HostFacts): string | undefined {
  const known = [
    "fluent-bit",
    "fluentd",
    "vector",
    "filebeat",
    "promtail",
    "alloy",
    "otelcol",
    "otelcol-contrib",
    "opentelemetry-collector",
    "opentelemetry-collector-contrib",
    "omsagent",
    "ama-logs",
  ];
  const images = (facts.containers ?? [])
    .filter((container) => container.isActive && readsLogs(container, facts.info?.DockerRootDir ?? "/var/lib/docker"))
    .map((container) => container.inspect.Config.Image ?? "");
  const programs = (facts.host?.processes ?? []).map((process) => process.exe ?? process.comm ?? "");
  const words = [...images, ...programs].flatMap((text) => text.split(/[/:@]/));
  return known.find((name) => words.includes(name));
}

function readsLogs(container: Container, root: string): boolean {
  return mountsOf(container).some(({ Source }) =>
    ["/", "/var", "/var/lib", root, `${root}/containers`].includes(Source ?? ""),
  );
}
