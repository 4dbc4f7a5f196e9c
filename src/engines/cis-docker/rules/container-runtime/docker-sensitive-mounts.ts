import { mountsOf } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { isBeyondTheList, isSensitive, normalSource } from "../../mount-sources.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.6. */
export default defineContainerRule({
  id: "docker-sensitive-mounts",
  title: "Sensitive folders of the host are not mounted",
  failedTitle: "A container mounts a sensitive folder of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.5", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "host files can be changed or read",
  rationale: "A container that sees /etc, /proc or / of the host can read its secrets or change how it starts.",
  needs: ["Mounts"],
  remediation: (item, reading) =>
    `Create ${item} again without the mount of ${reading?.actual ?? "the folder"}; mount only the one file or folder below it that the program needs, read-only.`,
  passed: "No container mounts a sensitive folder.",
  failed: "containers mount sensitive folders of the host",
  confirms: "that the mounts this site allows are still needed",
  unconfirmed: "Containers mount folders that this site allows: confirm that they are still needed.",
  assess: (container, { policy }) => {
    const mounts = mountsOf(container).flatMap((mount, index) => {
      const source = normalSource(mount.Source ?? "");
      const isBad = mount.Type === "bind" && isSensitive(source, mount.RW !== false);
      const severity = mount.RW !== false ? "high" : ["/", "/etc", "/proc", "/sys"].includes(source) ? "medium" : "low";
      return isBad
        ? [
            {
              item: container.name,
              path: `Mounts[${index}].Source`,
              pointer: `${container.pointer}/Mounts/${index}/Source`,
              actual: `${mount.Source} (${mount.RW !== false ? "read-write" : "read-only"})`,
              expected: isBeyondTheList(source, mount.RW !== false)
                ? "no sensitive folder of the host (beyond the benchmark's list)"
                : "no sensitive folder of the host",
              severity,
              isAllowed: policy.allowedMounts.includes(source),
            } as const,
          ]
        : [];
    });
    const open = mounts.filter((mount) => !mount.isAllowed);
    const plain = (list: typeof mounts) => list.map(({ isAllowed, ...reading }) => reading);
    if (open.length > 0) return { status: "unhealthy", readings: plain(open) };
    if (mounts.length > 0) return { status: "manual", readings: plain(mounts) };
    return read(container, {
      path: "Mounts",
      actual: `${(container.inspect.Mounts ?? []).length} mounts, none sensitive`,
      expected: "no sensitive folder of the host",
      isRight: true,
    });
  },
  examples: () => ({
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
  }),
});
