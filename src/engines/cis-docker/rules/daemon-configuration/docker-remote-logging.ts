import { healthy, manual, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 2.14. */
export default defineDaemonRule({
  id: "docker-remote-logging",
  title: "Logs leave the host",
  controls: { "1.8.0": "2.14", "1.7.0": "2.13", "1.6.0": "2.13", "1.2.0": "2.12" },
  level: 2,
  severity: "medium",
  severityReason: "logs die with the host",
  rationale: "Who takes over a host can remove local logs and with them every trace.",
  needs: ["info.LoggingDriver", "log drivers of containers"],
  confirms: "where a logging plug-in of unknown kind sends to",
  remediation: (item) =>
    `Set a remote driver in place of ${item}, for example "log-driver": "syslog" with "log-opts": {"syslog-address": "tcp+tls://LOGHOST:6514"}, and create the containers again.`,
  assess: ({ facts, policy }) => {
    const driver = facts.info?.LoggingDriver;
    if (!driver) return unknown("The logging driver", "Give the agent access to the Docker socket.");
    const expected = `one of ${policy.remoteLogDrivers.join(", ")}`;
    const reading = { item: driver, path: "LoggingDriver", pointer: "/info/LoggingDriver", actual: driver, expected };
    const options = facts.daemon.object("log-opts");
    const address = typeof options?.["syslog-address"] === "string" ? options["syslog-address"] : null;
    if (driver === "syslog" && address && /^unix|127\.|localhost|\[::1\]/.test(address)) {
      return unhealthy("syslog writes to this same host.", [
        { ...reading, path: "log-opts.syslog-address", actual: address, expected: "another host" },
      ]);
    }
    const local = ["json-file", "local", "none", "journald"];
    const overriding = (facts.containers ?? []).filter(
      (container) =>
        container.isActive &&
        local.includes(container.inspect.HostConfig.LogConfig?.Type ?? driver) &&
        !local.includes(driver),
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
  examples: {
    healthy: [
      example(),
      example({ info: { LoggingDriver: "json-file" }, containers: [], config: { Image: "fluent/fluent-bit:3" } }),
    ],
    unhealthy: [
      example({ info: { LoggingDriver: "json-file" } }),
      example({ hostConfig: { LogConfig: { Type: "json-file" } } }),
    ],
    manual: [example({ info: { LoggingDriver: "acme/shipper" } })],
    unknown: [example({ without: ["info"] })],
  },
});

/** A known log shipper that runs on the host or as a container. */
function logShipper(facts: HostFacts): string | undefined {
  const known = ["fluent-bit", "fluentd", "vector", "filebeat", "promtail", "alloy", "otelcol", "omsagent", "ama-logs"];
  const images = (facts.containers ?? [])
    .filter((container) => container.isActive)
    .map((container) => container.inspect.Config.Image ?? "");
  const programs = (facts.host?.processes ?? []).map((process) => process.exe ?? process.comm ?? "");
  const words = [...images, ...programs].flatMap((text) => text.split(/[/:@]/));
  return known.find((name) => words.includes(name));
}
