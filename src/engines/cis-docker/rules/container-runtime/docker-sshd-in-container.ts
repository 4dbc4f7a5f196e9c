import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { isFailed } from "../../facts.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.7. */
export default defineContainerRule({
  id: "docker-sshd-in-container",
  title: "No SSH server runs in a container",
  failedTitle: "An SSH server runs in a container",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.7", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.7", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.7", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.6", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "second uncontrolled way in",
  rationale: "It opens a second way in that the platform neither manages nor records.",
  needs: ["docker top"],
  remediation: (item) => `Create ${item} again from an image without an SSH server; use "docker exec" for access.`,
  passed: "No container runs an SSH server.",
  failed: "containers run an SSH server",
  confirms: "that no SSH server runs in a container whose processes could not be listed",
  unconfirmed: "Processes of some containers could not be listed: confirm that none of them is an SSH server.",
  assess: (container, { facts }) => {
    // A paused container may still be listed; one that is not running cannot be.
    if (container.inspect.State.Status !== "running" && !container.programs) return null;
    if (!container.programs) {
      return {
        // The whole section missing is evidence missing; one container that cannot be listed is for a person to look at.
        status: facts.evidence.containersTop && !isFailed(facts.evidence.containersTop) ? "manual" : "unknown",
        readings: [
          {
            item: container.name,
            path: "docker top",
            pointer: "/containersTop",
            actual: "not read",
            expected: "no sshd or dropbear",
          },
        ],
      };
    }
    const found = container.programs.find((line) => isSshServer(line.split(/\s+/)));
    return read(container, {
      path: "docker top",
      pointer: container.programsPointer,
      actual: found ?? "no SSH server",
      expected: "no sshd or dropbear",
      isRight: !found,
    });
  },
  examples: () => ({
    healthy: [example(), example({ top: ["grep sshd /etc/passwd"] })],
    unhealthy: [
      example({ top: ["/usr/sbin/sshd -D"] }),
      example({ top: ["/bin/sh /usr/sbin/sshd"] }),
      example({ top: ["/lib64/ld-linux-x86-64.so.2 --library-path /opt/lib /usr/sbin/sshd -D"] }),
      example({ top: ["/usr/bin/dropbearmulti dropbear -F"] }),
      example({ top: ["/usr/sbin/sshd -D"], container: { State: { Status: "paused" } } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    manual: [example({ container: { Name: "/other" } })],
    unknown: [example({ without: ["containersTop"] })],
  }),
});

const shells = /(^|\/)(sh|bash|dash|ash|zsh|busybox)$/;
const loaders = /(^|\/)(ld-linux[\w.-]*|ld-musl[\w.-]*|ld64?\.so[\w.]*|ld-[\d.]+\.so)$/;
/** Programs that start the one named after them: `tini -- /usr/sbin/sshd`. */
const starters = /(^|\/)(tini|dumb-init|env|exec|nohup|setsid|gosu|su-exec|sudo|nice|strace|catatonit)$/;
const servers = /(^|\/)(sshd|sshd-session|sshd-auth|dropbear|tinysshd|lshd|in\.sshd)$/;

/**
 * The program is the first word, or the one that a shell, the dynamic loader or a starter in front of it runs; an argument
 * elsewhere is only text.
 */
function isSshServer(words: string[]): boolean {
  const [first = "", ...rest] = words;
  const program = first.replace(/:$/, "");
  if (servers.test(program)) return true;
  // One file under several names: the name it was called by, or its first argument, says which.
  if (/(^|\/)dropbearmulti$/.test(program)) return rest[0] === "dropbear";
  const isIndirect = [shells, loaders, starters].some((kind) => kind.test(program));
  if (!isIndirect) return false;
  const next = rest.findIndex((word, index) => !word.startsWith("-") && !takesValue(rest[index - 1]));
  return next >= 0 && isSshServer(rest.slice(next));
}

const takesValue = (option: string | undefined) =>
  ["--library-path", "--preload", "--audit", "--argv0", "--inhibit-rpath", "-u", "-e"].includes(option ?? "");
