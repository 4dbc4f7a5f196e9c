import type { ItemOutcome } from "../../../kit/item-rule.ts";
import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { about } from "../../about-image.ts";
import type { Container } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 4.1. */
export default defineContainerRule({
  id: "docker-container-user",
  title: "Containers do not run as root",
  failedTitle: "A container runs as root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "root in the container makes every escape worse",
  rationale: "Root in a container is one kernel flaw away from root on the host.",
  needs: ["Config.User", "image Config.User", "uid of the main process"],
  remediation: (item) =>
    `Add "USER 1000" to the Dockerfile of the image of ${item}, or create the container again with --user 1000.`,
  // Without a running container the images decide: whoever starts one gets root.
  before: ({ facts }) =>
    facts.engine.isPodman && facts.engine.isRootless
      ? notApplicable("A rootless Podman runs every container as its own user.")
      : undefined,
  whenNoneRuns: ({ facts }) => {
    if (!facts.images) return unknown("The list of images", "Give the agent access to the Docker socket.");
    const images = (facts.images ?? []).filter((image) => image.isTagged || image.isUsed);
    if (images.length === 0) return notApplicable("No container is running and no image is on this host.");
    const readings = images.map((image) => ({
      ...about(image, "Config.User", image.user || "not set, so root", "a user other than root"),
      severity: "low" as const,
    }));
    const rooted = readings.filter((_, index) => isRootUser(images[index]?.user ?? ""));
    return rooted.length > 0
      ? unhealthy(
          `${rooted.length} ${rooted.length === 1 ? "image runs" : "images run"} as root; no container is running.`,
          rooted,
          { severity: "low" },
        )
      : healthy("No image runs as root.", readings);
  },
  passed: "No container runs as root of the host.",
  failed: "containers run as root",
  assess: (container, { facts }) => {
    const image = facts.images?.find((candidate) => candidate.id === container.inspect.Image);
    const user = (container.inspect.Config.User || image?.user || "").split(":")[0] ?? "";
    const isMapped = facts.engine.hasUserNamespaces && container.inspect.HostConfig.UsernsMode !== "host";
    const alias = aliasOfRoot(container, user, isMapped);
    if (alias) return alias;
    const hostUid = container.process?.hostUid;
    const isRoot = isRootUser(user);
    // The kernel's number excuses as well: mapped, or given up before the program started.
    const isRight =
      !isRoot || (hostUid !== null && hostUid !== undefined && hostUid !== 0) || (isMapped && hostUid !== 0);
    const as = isMapped ? "mapped to another user of the host" : `but its process runs as user ${hostUid}`;
    const isFromImage = !container.inspect.Config.User && Boolean(image?.user);
    const pointer =
      isRoot && isMapped ? "/info/SecurityOptions" : isFromImage ? `${image?.pointer}/Config/User` : undefined;
    return read(container, {
      path: "Config.User",
      ...(pointer ? { pointer } : {}),
      actual: isRoot && isRight ? `${user || "root"}, ${as}` : user || "not set, so root",
      expected: "a user other than root",
      isRight,
    });
  },
  examples: () => ({
    healthy: [example(), example({ config: { User: "" } })],
    unhealthy: [
      example({ config: { User: "" }, imageConfig: { User: "" }, info: { SecurityOptions: [] } }),
      example({ config: { User: "00:0" }, info: { SecurityOptions: [] } }),
      example({ config: { User: "+0" }, info: { SecurityOptions: [] } }),
      example({
        config: { User: "toor" },
        host: { containerProcesses: { ["1f".repeat(32)]: { pid: 4100, hostUid: 0 } } },
      }),
    ],
    notApplicable: [
      example({ container: { State: { Status: "exited" }, Image: "gone" }, image: { RepoTags: [] } }),
      example({
        config: { User: "" },
        version: { Components: [{ Name: "Podman Engine" }] },
        info: { SecurityOptions: ["name=rootless"] },
      }),
    ],
    unknown: [
      example({ without: ["containersInspect"] }),
      example({ container: { State: { Status: "exited" } }, without: ["imagesList"] }),
    ],
  }),
});

/** Docker's reading of a user: nothing, root or any way of writing 0 is root; the part after the colon is a group. */
function isRootUser(user: string): boolean {
  const name = user.split(":")[0] ?? "";
  return ["", "root"].includes(name) || /^[+-]?0+$/.test(name);
}

/** A user by another name whose process is root all the same: the number that the kernel has decides, not the name. */
function aliasOfRoot(container: Container, user: string, isMapped: boolean): ItemOutcome {
  const { hostUid, uid } = container.process ?? {};
  const isRoot = hostUid === 0 || (uid === 0 && !isMapped);
  if (!isRoot || isRootUser(user)) return null;
  return read(container, {
    path: "Config.User",
    pointer: `/host/containerProcesses/${container.id}/${hostUid === 0 ? "hostUid" : "uid"}`,
    actual: `${user}, whose process runs as user 0`,
    expected: "a user other than root",
    isRight: false,
  });
}
