import { healthy, manual, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { dockerSockets } from "../../daemon-files.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { FileFact } from "../../facts.ts";
import { type HostFacts, outsideDocker } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.2. */
export default defineHostRule({
  id: "docker-trusted-users",
  title: "Only trusted users control the daemon",
  failedTitle: "A user who is not trusted controls the daemon",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.2.2", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "membership of the group equals root on the host",
  rationale: "Members of the group that owns the Docker socket can become root on the host without a password.",
  needs: ["owner group of the Docker socket", "members of that group", "trusted users of the site"],
  confirms: "whether the members of the group may control the daemon",
  remediation: (item) =>
    `Take the user out of the group, or add the name to the trusted users of this site:\ngpasswd --delete ${item} docker`,
  assess: ({ facts, policy }) => {
    const outside = outsideDocker(facts);
    if (outside) return outside;
    if (facts.engine.isRootless) return notApplicable("The socket of a rootless daemon belongs to one user.");
    const group = controllingUsers(facts);
    if (group === null)
      return unknown(
        "The group that owns the Docker socket",
        "Let the agent read /etc/group and /etc/passwd of the host.",
      );
    const { name: groupName, members } = group;
    const expected = policy.trustedUsers.length > 0 ? `only ${policy.trustedUsers.join(", ")}` : "no members";
    const reading = (name: string) => ({
      item: name,
      path: `members of ${groupName}`,
      pointer: "/host/groupDocker",
      actual: name,
      expected,
    });
    const doubtful = members.filter((name) => !policy.trustedUsers.includes(name));
    const summary = {
      path: `members of ${groupName}`,
      pointer: "/host/groupDocker",
      actual: members.join(", ") || "none",
      expected,
    };
    if (doubtful.length === 0) return healthy("Nobody but trusted users controls the daemon.", [summary]);
    if (policy.trustedUsers.length === 0)
      return manual(
        "The group has members and no trusted users are set for this site: confirm each of them.",
        doubtful.map(reading),
      );
    return unhealthy("The group has members who are not trusted users.", doubtful.map(reading));
  },
  examples: () => ({
    healthy: [example()],
    manual: [
      example({ host: { passwdUidOfDockerUsers: ["carol:x:1001:998::/home/carol:/bin/sh"] } }),
      example({ files: [{ path: "/var/run/docker.sock", acl: ["user:dave:rw-"] }] }),
      example({ host: { groupDocker: "docker:x:998:alice" } }),
      example({ host: { primaryGroupUsers: ["bob"] } }),
    ],
    notApplicable: [example({ info: { SecurityOptions: ["name=rootless"] } })],
    unknown: [
      example({ host: { groupDocker: null } }),
      example({ host: { groupDocker: null, files: [] } }),
      example({ files: [{ path: "/var/run/docker.sock", type: "socket", gid: 100 }] }),
    ],
  }),
});

/** Who may use the Docker sockets: members of their groups, whatever these are called, and users named in an ACL. */
function controllingUsers(facts: HostFacts): { name: string; members: string[] } | null {
  const sockets = dockerSockets(facts).flatMap((socket) =>
    typeof socket === "object" && socket.exists ? [socket] : [],
  );
  const lines = (sockets.length > 0 ? sockets : [undefined]).map((socket) => groupLine(facts, socket));
  if (lines.includes(null)) return null;
  const named = lines.flatMap((line) => (line?.split(":")[3] ?? "").split(","));
  const listed = sockets.flatMap(({ acl }) => acl ?? []).map((entry) => /^user:([^:]+):.?w/.exec(entry)?.[1] ?? "");
  const primary = [...(facts.host?.primaryGroupUsers ?? []), ...usersOf(facts.host?.passwdUidOfDockerUsers)];
  // Only root opens a socket of group root: users whose group is another do not count.
  const isRootOnly = lines.every((line) => line?.split(":")[2] === "0");
  const members = [...named, ...listed, ...(isRootOnly ? [] : primary)].map((name) => name.trim()).filter(Boolean);
  return { name: lines[0]?.split(":")[0] ?? "docker", members: [...new Set(members)] };
}

/** Line of the group that owns a socket; the group docker's where the socket was not read; null when it is not known. */
function groupLine(facts: HostFacts, socket: FileFact | undefined): string | null {
  const named = facts.host?.groupDocker;
  const gid = socket?.gid;
  if (gid === null || gid === undefined) return named ?? null;
  const line = [named ?? "", ...(facts.host?.groups ?? [])].find((entry) => entry.split(":")[2] === String(gid));
  return line ?? (gid === 0 ? "root:x:0:" : null);
}

/** Names at the start of passwd lines, however a recording keeps them: as text, a list, or by name. */
function usersOf(recorded: unknown): string[] {
  if (typeof recorded === "string")
    return recorded.split("\n").flatMap((line) => /^[A-Za-z_][^:\s]*/.exec(line)?.[0] ?? []);
  if (Array.isArray(recorded)) return recorded.flatMap((entry) => (typeof entry === "string" ? usersOf(entry) : []));
  return typeof recorded === "object" && recorded !== null ? Object.keys(recorded) : [];
}
