import { mountsOf } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.20. */
export default defineContainerRule({
  id: "docker-mount-propagation",
  title: "Mounts are not propagated to the host",
  failedTitle: "A mount is propagated to the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.20", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.20", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.20", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.19", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "mounts leak to the host",
  rationale: "A shared mount lets a container mount things on the host.",
  needs: ["Mounts"],
  remediation: (item, reading) =>
    `Create ${item} again without the shared propagation of ${reading?.actual ?? "its mount"} (drop :shared and :rshared).`,
  passed: "No mount is shared with the host.",
  failed: "containers share mounts with the host",
  assess: (container) => {
    const shared = mountsOf(container).flatMap((mount, index) =>
      ["shared", "rshared"].includes(mount.Propagation ?? "")
        ? [
            {
              item: container.name,
              path: `Mounts[${index}].Propagation`,
              pointer: `${container.pointer}/Mounts/${index}/Propagation`,
              actual: `${mount.Destination}: ${mount.Propagation}`,
              expected: "private or slave",
            },
          ]
        : [],
    );
    if (shared.length > 0) return { status: "unhealthy", readings: shared };
    return read(container, { path: "Mounts", actual: "no shared mount", expected: "private or slave", isRight: true });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        container: { Mounts: [{ Type: "bind", Source: "/srv/x", Destination: "/x", Propagation: "rshared" }] },
      }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
