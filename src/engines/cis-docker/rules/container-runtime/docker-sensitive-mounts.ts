import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { isSensitive, normalSource } from "../../mount-sources.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.6. */
export default defineContainerRule({
  id: "docker-sensitive-mounts",
  title: "Sensitive folders of the host are not mounted",
  controls: { "1.8.0": "5.6", "1.7.0": "5.6", "1.6.0": "5.6", "1.2.0": "5.5" },
  level: 1,
  severity: "high",
  severityReason: "host files can be changed or read",
  rationale: "A container that sees /etc, /proc or / of the host can read its secrets or change how it starts.",
  needs: ["Mounts"],
  remediation: (item, reading) =>
    `Create ${item} again without the mount of ${reading?.actual ?? "the folder"}; mount only the one file or folder below it that the program needs, read-only.`,
  passed: "No container mounts a sensitive folder.",
  failed: "containers mount sensitive folders of the host",
  assess: (container, { policy }) => {
    const mounts = (container.inspect.Mounts ?? []).flatMap((mount, index) => {
      const source = normalSource(mount.Source ?? "");
      const isBad =
        mount.Type === "bind" && !policy.allowedMounts.includes(source) && isSensitive(source, mount.RW !== false);
      const severity = mount.RW !== false ? "high" : ["/", "/etc", "/proc", "/sys"].includes(source) ? "medium" : "low";
      return isBad
        ? [
            {
              item: container.name,
              path: `Mounts[${index}].Source`,
              pointer: `${container.pointer}/Mounts/${index}/Source`,
              actual: `${mount.Source} (${mount.RW !== false ? "read-write" : "read-only"})`,
              expected: "no sensitive folder of the host",
              severity,
            } as const,
          ]
        : [];
    });
    if (mounts.length > 0) return { status: "unhealthy", readings: mounts };
    return read(container, {
      path: "Mounts",
      actual: `${(container.inspect.Mounts ?? []).length} mounts, none sensitive`,
      expected: "no sensitive folder of the host",
      isRight: true,
    });
  },
  examples: {
    healthy: [
      example(),
      example({
        container: { Mounts: [{ Type: "bind", Source: "/etc/localtime", Destination: "/etc/localtime", RW: false }] },
      }),
    ],
    unhealthy: [
      example({ container: { Mounts: [{ Type: "bind", Source: "/", Destination: "/host", RW: false }] } }),
      example({ container: { Mounts: [{ Type: "bind", Source: "/etc/ssl", Destination: "/ssl", RW: true }] } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  },
});
