import { healthy, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.5. */
export default defineDaemonRule({
  id: "docker-insecure-registries",
  title: "No insecure registry is trusted",
  failedTitle: "The daemon trusts an insecure registry",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.5", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.5", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.5", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.4", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "image substitution by anyone on the path",
  rationale: "Without TLS anybody on the way can hand the host another image.",
  needs: ["info.RegistryConfig", "daemon arguments and file"],
  remediation: (item) =>
    `Take ${item} off the list "insecure-registries" (or the argument --insecure-registry), give that registry a certificate, put its CA below /etc/docker/certs.d and restart the daemon.`,
  assess: ({ facts }) => {
    const registries = facts.info?.RegistryConfig;
    // Every engine lists loopback and one index at least: without the lists the answer is not whole.
    if (!registries?.InsecureRegistryCIDRs || !registries.IndexConfigs)
      return unknown("The registries that the engine trusts", "Give the agent access to the Docker socket.");
    const expected = "TLS for every registry but loopback";
    const loopback = ["127.0.0.0/8", "::1/128"];
    const ranges = (registries.InsecureRegistryCIDRs ?? []).filter((range) => !loopback.includes(range));
    const indexes = Object.entries(registries.IndexConfigs ?? {}).filter(([, index]) => index?.Secure !== true);
    const readings = [
      ...ranges.map((range) => ({
        item: range,
        path: "RegistryConfig.InsecureRegistryCIDRs",
        pointer: "/info/RegistryConfig/InsecureRegistryCIDRs",
        actual: range,
        expected,
      })),
      ...indexes.map(([name]) => ({
        item: name,
        path: `RegistryConfig.IndexConfigs.${name}.Secure`,
        pointer: `/info/RegistryConfig/IndexConfigs/${name}/Secure`,
        actual: "false",
        expected,
      })),
    ];
    if (readings.length > 0) return unhealthy(`${readings.length} registries are trusted without TLS.`, readings);
    return healthy("Every registry but loopback needs TLS.", [
      {
        path: "RegistryConfig.InsecureRegistryCIDRs",
        pointer: "/info/RegistryConfig/InsecureRegistryCIDRs",
        actual: show(registries.InsecureRegistryCIDRs ?? []),
        expected,
      },
    ]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ info: { RegistryConfig: { InsecureRegistryCIDRs: ["127.0.0.0/8", "10.0.0.0/8"], IndexConfigs: {} } } }),
      example({
        info: { RegistryConfig: { InsecureRegistryCIDRs: [], IndexConfigs: { "lab:5000": { Secure: false } } } },
      }),
    ],
    unknown: [
      example({ without: ["info"] }),
      example({ info: { RegistryConfig: { InsecureRegistryCIDRs: ["127.0.0.0/8"] } } }),
    ],
  }),
});
