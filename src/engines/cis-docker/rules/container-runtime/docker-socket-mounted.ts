import { mountsOf } from "../../container-facts.ts";
import { socketPaths } from "../../daemon-files.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
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
  assess: (container, { facts, policy }) => {
    const volumes =
      facts.evidence.pluginsVolumes && "volumes" in facts.evidence.pluginsVolumes
        ? (facts.evidence.pluginsVolumes.volumes?.Volumes ?? [])
        : [];
    const sockets = socketPaths(facts).map(normalSource);
    const mounts = mountsOf(container).flatMap((mount, index) => {
      const device =
        mount.Type === "volume" ? volumes.find((volume) => volume.Name === mount.Name)?.Options?.device : undefined;
      const source = normalSource(device ?? mount.Source ?? "");
      const isBad = (mount.Type === "bind" || device) && reachesRuntimeSocket(source, sockets);
      return isBad
        ? [
            {
              item: container.name,
              path: `Mounts[${index}].Source`,
              pointer: `${container.pointer}/Mounts/${index}/Source`,
              actual: `${device ?? mount.Source} on ${mount.Destination}`,
              expected: "no runtime socket and no folder that holds one",
              isAllowed: policy.allowedMounts.includes(source),
            },
          ]
        : [];
    });
    const open = mounts.filter((mount) => !mount.isAllowed);
    const plain = (list: typeof mounts) => list.map(({ isAllowed, ...reading }) => reading);
    if (open.length > 0) return { status: "unhealthy", readings: plain(open) };
    if (mounts.length > 0) return { status: "manual", readings: plain(mounts) };
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
