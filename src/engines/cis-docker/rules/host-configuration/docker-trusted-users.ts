import { healthy, manual, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { dockerSockets } from "../../daemon-files.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { type HostFacts, outsideDocker } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.2. */
export default defineHostRule({
  id: "docker-trusted-users",
  title: "Only trusted users control the daemon",
  controls: { "1.8.0": "1.1.2", "1.7.0": "1.1.2", "1.6.0": "1.1.2", "1.2.0": "1.2.2" },
  level: 1,
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
    const line = socketGroupLine(facts);
    if (line === null)
      return unknown(
        "The group that owns the Docker socket",
        "Let the agent read /etc/group and /etc/passwd of the host.",
      );
    const members = [
      ...new Set(
        [...(line.split(":")[3] ?? "").split(","), ...(facts.host?.primaryGroupUsers ?? [])]
          .map((name) => name.trim())
          .filter(Boolean),
      ),
    ];
    const expected = policy.trustedUsers.length > 0 ? `only ${policy.trustedUsers.join(", ")}` : "no members";
    const reading = (name: string) => ({
      item: name,
      path: `members of ${line.split(":")[0]}`,
      pointer: "/host/groupDocker",
      actual: name,
      expected,
    });
    const doubtful = members.filter((name) => !policy.trustedUsers.includes(name));
    const summary = {
      path: `members of ${line.split(":")[0]}`,
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
  examples: {
    healthy: [example()],
    manual: [
      example({ host: { groupDocker: "docker:x:998:alice" } }),
      example({ host: { primaryGroupUsers: ["bob"] } }),
    ],
    notApplicable: [example({ info: { SecurityOptions: ["name=rootless"] } })],
    unknown: [
      example({ host: { groupDocker: null } }),
      example({ files: [{ path: "/var/run/docker.sock", type: "socket", gid: 100 }] }),
    ],
  },
});

/** Line of the group that owns the socket, whatever its name; null when it is not known. */
function socketGroupLine(facts: HostFacts): string | null {
  const named = facts.host?.groupDocker;
  if (named === undefined || named === null) return null;
  const [socket] = dockerSockets(facts);
  if (typeof socket !== "object" || !socket.exists || socket.gid === null || socket.gid === undefined) return named;
  const line = [named, ...(facts.host?.groups ?? [])].find((entry) => entry.split(":")[2] === String(socket.gid));
  // Only root opens a socket of group root, so nobody is a member of anything that counts.
  return line ?? (socket.gid === 0 ? "root:x:0:" : null);
}
