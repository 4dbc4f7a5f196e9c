import { sharesLink } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.31. */
export default defineContainerRule({
  id: "docker-host-userns",
  title: "The user namespace of the host is not shared",
  failedTitle: "A container shares the user namespace of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.31", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.31", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.31", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.30", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "loses uid remapping",
  rationale: "A container that opts out of the mapping is real root on the host again.",
  needs: ["HostConfig.UsernsMode"],
  remediation: (item) => `Create ${item} again without --userns=host.`,
  passed:
    "No container opts out of the daemon's mapping. Without userns-remap all share the host's namespace; control 2.10 says so.",
  failed: "containers share the user namespace of the host",
  assess: (container, { facts }) => {
    const mode = container.inspect.HostConfig.UsernsMode ?? "";
    // Where the daemon maps users, a process in the host's own namespace is not mapped, whatever its mode says.
    const isUnmapped = facts.engine.hasUserNamespaces && sharesLink(container, "user", facts) === true;
    return read(container, {
      path: "HostConfig.UsernsMode",
      ...(isUnmapped ? { pointer: `/host/containerProcesses/${container.id}/namespaces/user` } : {}),
      actual: isUnmapped ? "the host's, by its process" : mode || "the daemon's",
      expected: "not host",
      // A rootless daemon's own namespace is not the host's.
      isRight: (mode !== "host" && !isUnmapped) || facts.engine.isRootless,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { UsernsMode: "host" } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
