import type { Container } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { type MountOrigin, mountOrigins, unreadMount } from "../../mount-origins.ts";
import { isBeyondTheList, isSensitive, normalSource } from "../../mount-sources.ts";
import type { Policy } from "../../policy.ts";
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
  needs: ["Mounts", "volumes", "where sources lead on the host"],
  remediation: (item, reading) =>
    `Create ${item} again without the mount of ${reading?.actual ?? "the folder"}; mount only the one file or folder below it that the program needs, read-only.`,
  passed: "No container mounts a sensitive folder.",
  failed: "containers mount sensitive folders of the host",
  confirms: "that the mounts this site allows are still needed",
  unconfirmed: "Containers mount folders that this site allows: confirm that they are still needed.",
  isTold: "by the list",
  assess: (container, { facts, policy }) => {
    const roots = [facts.info?.DockerRootDir ?? ""].flatMap((root) => facts.files.namesOf(root)).filter(Boolean);
    const origins = mountOrigins(container, facts);
    const found = origins.flatMap((origin) => {
      const isWritable = origin.mount.RW !== false;
      const bad = origin.places.filter((place) => isSensitive(place, isWritable, roots.map(normalSource)));
      return bad.length > 0
        ? [{ ...sensitiveReading(container, origin, bad), isAllowed: isAllowed(origin, policy) }]
        : [];
    });
    const plain = (list: typeof found) => list.map(({ isAllowed: _, ...reading }) => reading);
    const open = found.filter((mount) => !mount.isAllowed);
    if (open.length > 0) return { status: "unhealthy", readings: plain(open) };
    const unread = origins.filter(({ isKnown }) => !isKnown);
    if (unread.length > 0)
      return { status: "unknown", readings: unread.map((origin) => unreadMount(container, origin)) };
    if (found.length > 0) return { status: "manual", readings: plain(found) };
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

function sensitiveReading(container: Container, { mount, index, words }: MountOrigin, bad: readonly string[]) {
  const isWritable = mount.RW !== false;
  const severity = isWritable
    ? ("high" as const)
    : bad.some((place) => ["/", "/etc", "/proc", "/sys"].includes(place))
      ? ("medium" as const)
      : ("low" as const);
  return {
    item: container.name,
    path: `Mounts[${index}].Source`,
    pointer: `${container.pointer}/Mounts/${index}/Source`,
    actual: `${words} (${isWritable ? "read-write" : "read-only"})`,
    expected: bad.every((place) => isBeyondTheList(place, isWritable))
      ? "no sensitive folder of the host (beyond the benchmark's list)"
      : "no sensitive folder of the host",
    severity,
  };
}

/** A site allows a place under the name that was written, or under the one it leads to when that is all it shows. */
function isAllowed({ places, mount }: MountOrigin, policy: Policy): boolean {
  const elsewhere = places.filter((place) => place !== normalSource(mount.Source ?? ""));
  return (elsewhere.length > 0 ? elsewhere : places).every((place) => policy.allowedMounts.includes(place));
}
