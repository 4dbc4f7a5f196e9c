import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { type HostFacts, outsideDocker } from "../../host-facts.ts";
import { mountOf } from "../../mount-table.ts";

/** CIS Docker 1.8.0, control 1.1.1. */
export default defineHostRule({
  id: "docker-separate-partition",
  title: "Container data has a partition of its own",
  failedTitle: "Container data shares a partition with the system",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.2.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a full data root takes the whole host down",
  rationale: "A container that fills the data root must not be able to fill the root file system of the host.",
  needs: ["info.DockerRootDir", "mount table of the host"],
  remediation: (item) =>
    `Create a file system for ${item}, stop Docker, copy the data with "rsync -aX ${item}/ NEW/", mount the new file system at ${item} in /etc/fstab and start Docker.`,
  assess: ({ facts }) => {
    const outside = outsideDocker(facts);
    if (outside) return outside;
    if (facts.engine.isRootless) return notApplicable("A rootless daemon keeps its data in a home directory.");
    if (/microsoft.*wsl/i.test(facts.info?.KernelVersion ?? ""))
      return notApplicable("The virtual machine of WSL has one disk, which Windows keeps.");
    const root = facts.info?.DockerRootDir;
    if (!root || !facts.mounts)
      return unknown("The data root or the mount table", "Run the agent in the host's process namespace.");
    // With userns-remap the data root ends in <uid>.<gid>; its parent is what a partition is made for.
    const real = facts.files.find(root)?.real ?? root;
    const folder = /\/\d+\.\d+$/.test(real) ? real.replace(/\/[^/]+$/, "") : real;
    const top = mountOf(facts.mounts, "/");
    if (!top) return unknown("The mount table", "Run the agent in the host's process namespace.");
    const { mounts } = facts;
    const readings = [facts.files.find(folder)?.real ?? folder, ...imageStore(facts)].map((path) => {
      const own = mountOf(mounts, path) ?? top;
      return {
        item: path,
        path: `device of ${path} (mounted at ${own.mountPoint})`,
        pointer: "/host/mountinfo",
        actual: own.device,
        expected: `another device than ${top.device}, which holds /`,
      };
    });
    const shared = readings.filter(({ actual }) => actual === top.device);
    return shared.length === 0
      ? healthy("The data root lies on a file system of its own.", readings)
      : unhealthy("The data root shares the root file system.", shared);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ host: { mountinfo: ["20 1 8:1 / / rw - ext4 /dev/sda1 rw"] } }),
      // A link to a folder of the root file system, with users mapped.
      example({
        info: { DockerRootDir: "/var/lib/docker/100000.100000" },
        files: [{ path: "/var/lib/docker/100000.100000", real: "/srv/docker/100000.100000", type: "dir" }],
      }),
      // dockerd binds its data root onto itself: a mount point, yet no partition.
      example({
        host: {
          mountinfo: [
            "20 1 8:1 / / rw - ext4 /dev/sda1 rw",
            "70 20 8:1 /var/lib/docker /var/lib/docker rw - ext4 /dev/sda1 rw",
          ],
        },
      }),
    ],
    notApplicable: [
      example({ info: { OperatingSystem: "Docker Desktop" } }),
      example({ info: { SecurityOptions: ["name=rootless"] }, host: { mountinfo: null } }),
      example({ info: { KernelVersion: "6.6.87.2-microsoft-standard-WSL2" } }),
    ],
    unknown: [example({ host: { mountinfo: null } })],
  }),
});

/** With the containerd image store, content of images lies there instead of in the data root. */
function imageStore(facts: HostFacts): string[] {
  const isContainerd = (facts.info?.DriverStatus ?? []).some(
    ([name, value]) => name === "driver-type" && value === "io.containerd.snapshotter.v1",
  );
  // A containerd that dockerd starts by itself keeps them below the data root.
  const { files } = facts;
  const isOwn =
    files.find("/run/docker/containerd/containerd.sock")?.exists &&
    !files.find("/run/containerd/containerd.sock")?.exists;
  return isContainerd && !isOwn ? ["/var/lib/containerd"] : [];
}
