import { namespaceOrigin } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.17. */
export default defineContainerRule({
  id: "docker-host-ipc",
  title: "The IPC namespace of the host is not shared",
  failedTitle: "A container shares the IPC namespace of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.17", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.17", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.17", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.16", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "reads host shared memory",
  rationale: "It reads and writes the shared memory of every program on the host.",
  needs: ["HostConfig.IpcMode"],
  remediation: (item) => `Create ${item} again without --ipc=host, and not joined to a container that has it.`,
  passed: "No container shares it.",
  failed: "containers share the IPC namespace of the host",
  assess: (container, context) => {
    const { isHosts, words } = namespaceOrigin(container, "IpcMode", context);
    const outcome = read(container, {
      path: "HostConfig.IpcMode",
      actual: words,
      expected: "not host",
      isRight: isHosts === false,
    });
    return isHosts === null ? { ...outcome, status: "unknown" } : outcome;
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ hostConfig: { IpcMode: "host" } }),
      example({
        hostConfig: { IpcMode: "container:other" },
        containers: [
          { Id: "2e", Name: "/other", State: { Status: "exited" }, HostConfig: { IpcMode: "host" }, Config: {} },
        ],
      }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] }), example({ hostConfig: { IpcMode: "container:gone" } })],
  }),
});
