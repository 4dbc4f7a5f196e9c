import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { publishedPorts } from "../../published-ports.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.9. */
export default defineContainerRule({
  id: "docker-needed-ports",
  title: "Only needed ports are published",
  failedTitle: "A port is published that is not needed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.9", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.9", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.9", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.8", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "exposed services",
  rationale: "Every open port is one more way in.",
  needs: ["NetworkSettings.Ports", "HostConfig.PublishAllPorts"],
  confirms: "that each published port is needed",
  remediation: (item) =>
    `Create ${item} again without -P; publish each needed port with -p and put it on the expected list of this site.`,
  passed: "Every published port is expected.",
  failed: "containers publish every exposed port",
  unconfirmed: "Ports are published and no expected list is set: confirm each of them.",
  assess: (container, { policy }) => {
    const bindings = publishedPorts(container);
    if (container.inspect.HostConfig.PublishAllPorts) {
      return read(container, { path: "HostConfig.PublishAllPorts", actual: true, expected: "false", isRight: false });
    }
    if (bindings.length === 0)
      return read(container, {
        path: "HostConfig.PublishAllPorts",
        actual: "no published port",
        expected: "only needed ports",
        isRight: true,
      });
    const readings = bindings.map(({ hostPort, containerPort, pointer }) => ({
      item: container.name,
      path: `NetworkSettings.Ports["${containerPort}"]`,
      pointer,
      actual: `${hostPort}`,
      expected: "a port on the expected list",
    }));
    return {
      status: bindings.every(({ hostPort }) => policy.expectedPorts.includes(hostPort)) ? "healthy" : "manual",
      readings,
    };
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { PublishAllPorts: true } })],
    manual: [
      example({ container: { NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] } } } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
