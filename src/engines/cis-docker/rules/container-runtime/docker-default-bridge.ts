import { notApplicable } from "../../../kit/outcome.ts";
import { networkOwner } from "../../container-namespaces.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.30. */
export default defineContainerRule({
  id: "docker-default-bridge",
  title: "The default bridge is not used",
  failedTitle: "A container is attached to the default bridge",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.30", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "5.30", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "5.30", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "5.29", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "no isolation between containers",
  rationale: "Containers there reach each other without anyone having joined them on purpose.",
  needs: ["NetworkSettings.Networks", "GET /networks"],
  remediation: (item) =>
    `Create ${item} again on a network of its own: docker network create NAME, then --network NAME.`,
  passed: "No container is on the default bridge.",
  failed: "containers are on the default bridge",
  before: ({ facts }) =>
    facts.engine.isPodman ? notApplicable("Podman has no default bridge of Docker's kind.") : undefined,
  assess: (container, { facts, containers }) => {
    const fallback =
      facts.networks?.find((network) => network.Options?.["com.docker.network.bridge.default_bridge"] === "true")
        ?.Name ?? "bridge";
    // A container that joined another is on that one's networks.
    const { inspect, id } = networkOwner(container, containers);
    const joined = Object.keys(inspect.NetworkSettings?.Networks ?? {});
    const mode = inspect.HostConfig.NetworkMode ?? "";
    const via = id === container.id ? "" : ` through ${inspect.Name.replace(/^\//, "")}`;
    const isOnDefault = joined.includes(fallback) || (joined.length === 0 && ["default", "bridge"].includes(mode));
    return read(container, {
      path: "NetworkSettings.Networks",
      actual: `${joined.join(", ") || mode || "none"}${via}`,
      expected: `not ${fallback}`,
      isRight: !isOnDefault,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ container: { NetworkSettings: { Ports: {}, Networks: { bridge: { NetworkID: "n0" } } } } })],
    notApplicable: [example({ version: { Components: [{ Name: "Podman Engine" }] } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
