import { containerdSocket, socketPaths } from "../../daemon-files.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";
import { type MountOrigin, mountOrigins, unreadMount } from "../../mount-origins.ts";
import { normalSource, reachesRuntimeSocket } from "../../mount-sources.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.32. */
export default defineContainerRule({
  id: "docker-socket-mounted",
  title: "The Docker socket is not mounted in a container",
  failedTitle: "A container can reach the Docker socket",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.32", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.32", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.32", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.31", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "equals root on the host",
  rationale: "A container that reaches the socket can start a privileged one: it is root on the host.",
  needs: ["Mounts", "volumes"],
  remediation: (item, reading) =>
    `Create ${item} again without ${reading?.actual ?? "the mount"}; if it only needs to read, put a proxy in between that allows the few GET requests it makes.`,
  passed: "No container reaches a runtime socket.",
  failed: "containers reach a runtime socket",
  confirms: "that the containers this site allows may control the engine",
  unconfirmed: "Containers reach a socket that this site allows: confirm that they may control the engine.",
  isTold: "by the list",
  assess: (container, { facts, policy }) => {
    const sockets = engineSockets(facts);
    const origins = mountOrigins(container, facts);
    const found = origins.flatMap((origin) => {
      const { mount, index, places, words } = origin;
      const isBad = places.some((place) => reachesRuntimeSocket(place, sockets)) || isSocketByAnotherName(origin);
      return isBad
        ? [
            {
              item: container.name,
              path: `Mounts[${index}].Source`,
              pointer: `${container.pointer}/Mounts/${index}/Source`,
              actual: `${words} on ${mount.Destination}`,
              expected: "no runtime socket and no folder that holds one",
              isAllowed: places.every((place) => policy.allowedMounts.includes(place)),
            },
          ]
        : [];
    });
    const open = found.filter((mount) => !mount.isAllowed);
    const plain = (list: typeof found) => list.map(({ isAllowed, ...reading }) => reading);
    if (open.length > 0) return { status: "unhealthy", readings: plain(open) };
    const unread = origins.filter(({ isKnown }) => !isKnown);
    if (unread.length > 0)
      return { status: "unknown", readings: unread.map((origin) => unreadMount(container, origin)) };
    if (found.length > 0) return { status: "manual", readings: plain(found) };
    return read(container, {
      path: "Mounts",
      actual: "no runtime socket",
      expected: "no runtime socket and no folder that holds one",
      isRight: true,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        container: { Mounts: [{ Type: "bind", Source: "/var/run/docker.sock", Destination: "/s", RW: false }] },
      }),
      example({ container: { Mounts: [{ Type: "bind", Source: "/run", Destination: "/r", RW: true }] } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/**
 * Something not called a socket that is one in the container: a link. While nobody read which socket it leads to, the
 * engine's is not ruled out, and no other program's socket is usually hidden behind a name.
 */
function isSocketByAnotherName({ mount, isKnown }: MountOrigin): boolean {
  const isSocket = (path: string) => path.endsWith(".sock");
  return !isKnown && mount.Type === "bind" && isSocket(mount.Destination ?? "") && !isSocket(mount.Source ?? "");
}

/** The daemon's sockets and those of the containerd behind it, under every name they have. */
function engineSockets(facts: HostFacts): string[] {
  const behind = containerdSocket(facts).map((file) => (typeof file === "string" ? file : file.path));
  const root = facts.daemon.text("exec-root", "").value;
  const own = root ? [`${root}/containerd/containerd.sock`] : [];
  const reached = facts.host?.socket ? [facts.host.socket] : [];
  return [...socketPaths(facts), ...reached, ...behind, ...own].flatMap(facts.files.namesOf).map(normalSource);
}
