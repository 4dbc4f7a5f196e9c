import { healthy, manual, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { dockerSockets } from "../../daemon-files.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { FileFact } from "../../facts.ts";
import { type HostFacts, outsideDocker } from "../../host-facts.ts";
import { isAbsent, modeBits } from "../../host-files.ts";

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
    const { group, members, everybody, unread } = controllingUsers(facts);
    const expected = policy.trustedUsers.length > 0 ? `only ${policy.trustedUsers.join(", ")}` : "no members";
    const reading = (name: string, pointer = "/host/groupDocker") => ({
      item: name,
      path: `members of ${group}`,
      pointer,
      actual: name,
      expected,
    });
    if (everybody.length > 0)
      return unhealthy(
        "Every user of the host may use a socket of the daemon.",
        everybody.map((file) => ({
          ...reading(`every user, through ${file.path}`, facts.files.pointerOf(file.path)),
          path: `mode of ${file.path}`,
          actual: `${file.mode}`,
          expected: "0660 or more restrictive",
        })),
      );
    const doubtful = members.filter((name) => !policy.trustedUsers.includes(name));
    if (doubtful.length > 0 && policy.trustedUsers.length > 0)
      return unhealthy(
        "Users who are not trusted control the daemon.",
        doubtful.map((name) => reading(name)),
      );
    if (unread.length > 0)
      return unknown(
        unread.join(", "),
        "Run the agent as root on the host itself, so that it can read /etc/group, /etc/passwd and ask the host's name service.",
        doubtful.map((name) => reading(name)),
      );
    if (doubtful.length > 0)
      return manual(
        "The group has members and no trusted users are set for this site: confirm each of them.",
        doubtful.map((name) => reading(name)),
      );
    return healthy("Nobody but trusted users controls the daemon.", [
      { path: `members of ${group}`, pointer: "/host/groupDocker", actual: members.join(", ") || "none", expected },
    ]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ files: [{ path: "/var/run/docker.sock", type: "socket", mode: "0666", gid: 998 }] })],
    manual: [
      example({
        host: { groups: ["docker:x:998:"], nameService: { sources: ["sss"], groups: ["docker:x:998:mallory"] } },
      }),
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
      example({ host: { groups: ["docker:x:998:"] } }),
      example({ argv: ["-H", "unix:///var/run/docker.sock", "-H", "unix:///srv/api.sock"] }),
    ],
  }),
});

interface Controllers {
  /** Name of the first socket's group. */
  group: string;
  members: string[];
  /** Sockets that every user may write to. */
  everybody: FileFact[];
  /** What was not read, so that there may be more of them. */
  unread: string[];
}

/** Who may use the Docker sockets: their owners, members of their groups, whatever these are called, and users of an ACL. */
function controllingUsers(facts: HostFacts): Controllers {
  const found = dockerSockets(facts);
  const sockets = found.flatMap((socket) => (typeof socket === "object" && socket.exists ? [socket] : []));
  const missing = found.flatMap((socket) =>
    typeof socket === "string"
      ? [`${socket} (not collected)`]
      : isUnread(socket)
        ? [`${socket.path} (${socket.code})`]
        : [],
  );
  const groups = (sockets.length > 0 ? sockets : [undefined]).map((socket) => groupLine(facts, socket));
  const entries = sockets.flatMap(({ acl }) => acl ?? []);
  const ofAcl = entries.map((entry) => /^user:([^:]+):.?w/.exec(entry)?.[1] ?? "");
  const groupsOfAcl = entries.flatMap((entry) => /^group:([^:]+):.?w/.exec(entry)?.[1] ?? []);
  const linesOfAcl = groupsOfAcl.map((name) => linesOf(facts).find((line) => line.startsWith(`${name}:`)) ?? null);
  const lines = [...groups, ...linesOfAcl];
  const named = lines.flatMap((line) => (line?.split(":")[3] ?? "").split(","));
  const owners = sockets.flatMap(({ uid }) => (uid ? [`the user with the number ${uid}`] : []));
  const primary = [...(facts.host?.primaryGroupUsers ?? []), ...usersOf(facts.host?.passwdUidOfDockerUsers)];
  // Only root opens a socket of group root: users whose group is another do not count.
  const isRootOnly = lines.every((line) => line?.split(":")[2] === "0");
  const members = [...owners, ...named, ...ofAcl, ...(isRootOnly ? [] : primary)].map((name) => name.trim());
  return {
    group: groups[0]?.split(":")[0] ?? "docker",
    members: [...new Set(members.filter(Boolean))],
    everybody: sockets.filter((socket) => ((modeBits(socket) ?? 0) & 0o002) !== 0),
    unread: [
      ...missing,
      ...(lines.includes(null) ? ["the group that owns the Docker socket"] : []),
      ...(isRootOnly || isNameServiceRead(facts) ? [] : ["members that the host's name service knows"]),
    ],
  };
}

/** A socket that is, or may be, there and was not read. */
const isUnread = (socket: FileFact) => !socket.exists && !isAbsent(socket);

/** Lines of groups: what the name service answered stands in front of what the group file says. */
function linesOf({ host }: HostFacts): string[] {
  return [...(host?.nameService?.groups ?? []), host?.groupDocker ?? "", ...(host?.groups ?? [])];
}

/**
 * Whether the members of groups are all of them. Our own collector reads the group file, which knows nobody of LDAP, SSSD or
 * userdb: it says what the name service answered, or that files are its only source. Other recordings hold its answer.
 */
function isNameServiceRead({ host }: HostFacts): boolean {
  if (!host?.groups && !host?.nameService) return true;
  const { sources, groups } = host.nameService ?? {};
  const isFilesOnly =
    (sources ?? []).length > 0 && (sources ?? []).every((source) => ["files", "compat"].includes(source));
  return isFilesOnly || (groups !== null && groups !== undefined);
}

/** Line of the group that owns a socket; the group docker's where the socket was not read; null when it is not known. */
function groupLine(facts: HostFacts, socket: FileFact | undefined): string | null {
  const gid = socket?.gid;
  if (gid === null || gid === undefined) return facts.host?.groupDocker ?? null;
  const line = linesOf(facts).find((entry) => entry.split(":")[2] === String(gid));
  return line ?? (gid === 0 ? "root:x:0:" : null);
}

/** Names at the start of passwd lines, however a recording keeps them: as text, a list, or by name. */
function usersOf(recorded: unknown): string[] {
  if (typeof recorded === "string")
    return recorded.split("\n").flatMap((line) => /^[A-Za-z_][^:\s]*/.exec(line)?.[0] ?? []);
  if (Array.isArray(recorded)) return recorded.flatMap((entry) => (typeof entry === "string" ? usersOf(entry) : []));
  return typeof recorded === "object" && recorded !== null ? Object.keys(recorded) : [];
}
