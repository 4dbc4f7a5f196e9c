import { describe, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { example } from "./example.ts";
import { HostEvidence } from "./facts.ts";

const now = new Date("2026-11-20T12:00:00Z");

function status(evidence: HostEvidence, control: string) {
  return assess(evidence, { now }).controls.find((entry) => entry.control === control)?.outcome.status;
}

/** The example with sections as a recording may hold them. */
function recorded(sections: Record<string, unknown>): HostEvidence {
  return HostEvidence.parse({ ...structuredClone(example()), ...sections });
}

const container = (more: object) => ({
  ...{ Id: "3f".repeat(32), Name: "/other", Image: "x", State: { Status: "running" } },
  ...{ HostConfig: {}, Config: { User: "1" } },
  ...more,
});
const absent = (path: string) => ({ path, exists: false, code: "ENOENT" });
const unreadable = (path: string) => ({ path, exists: false, code: "EACCES" });
const unit = { path: "/usr/lib/systemd/system/docker.service", exists: true, uid: 0, gid: 0, mode: "0644" };

describe("sections as recordings hold them", () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ["an answer null", { imagesList: null }, "4.6", "unknown"],
    ["an error without a message", { info: { error: { code: "EACCES" } } }, "2.10", "unknown"],
    ["an error that is only a word", { networks: { error: "timeout" }, host: { error: "denied" } }, "2.2", "unknown"],
    ["an engine's error that is an object", { info: { $status: 500, $error: { message: "x" } } }, "2.6", "unknown"],
    ["a section of another form", { info: { SecurityOptions: 7 } }, "2.10", "unknown"],
    ["a field of the host of another form", { host: { files: [], certsD: "none" } }, "3.7", "unknown"],
    [
      "no container at all, never inspected",
      { containersList: [], containersInspect: undefined },
      "5.5",
      "notApplicable",
    ],
    ["running containers of which none was inspected", { containersInspect: [] }, "5.5", "unknown"],
    ["containers by id", { containersInspect: { x: container({}) } }, "5.5", "healthy"],
    [
      "one container that the engine did not answer",
      { containersInspect: [{ $status: 500, $error: "x" }] },
      "5.5",
      "unknown",
    ],
    ["a container of another form", { containersInspect: [container({ HostConfig: undefined })] }, "5.5", "unknown"],
    [
      "a failing container beside one that was not read",
      { containersInspect: [{ $status: 500, $error: "x" }, container({ HostConfig: { Privileged: true } })] },
      "5.5",
      "unhealthy",
    ],
    [
      "a container that is gone",
      { containersInspect: [{ $status: 404, $error: "gone" }, container({})] },
      "5.5",
      "healthy",
    ],
  ])("%s", (_, sections, control, expected) => {
    expect(status(recorded(sections), control)).toBe(expected);
  });

  test("Podman is known by /info where /version is missing", () => {
    expect(status(example({ info: { BuildahVersion: "1.40.1" }, without: ["version"] }), "2.2")).toBe("notApplicable");
  });
});

describe("files and units", () => {
  const host = (more: object) => example({ host: more });
  test.each<[string, HostEvidence, string, string]>([
    ["units that were not collected", host({ units: null }), "3.1", "unknown"],
    ["no unit at all", host({ units: {} }), "3.1", "notApplicable"],
    [
      "a drop-in that may not be read",
      host({ units: { "docker.service": [unit, unreadable("/etc/d.conf")] } }),
      "3.2",
      "unknown",
    ],
    [
      "a bad drop-in beside one that may not be read",
      host({ units: { "docker.service": [unreadable("/etc/d.conf"), { ...unit, mode: "0666" }] } }),
      "3.2",
      "unhealthy",
    ],
    [
      "a unit that is masked",
      host({ units: { "docker.socket": [{ ...unit, real: "/dev/null", mode: "0666", type: "char" }] } }),
      "3.4",
      "notApplicable",
    ],
    ["an owner that was not read", example({ files: [{ path: "/etc/docker", uid: null }] }), "3.5", "unknown"],
    ["a group that was not read", example({ files: [{ path: "/etc/docker", gid: null }] }), "3.5", "unknown"],
    [
      "an owner that is wrong, whatever the group",
      example({ files: [{ path: "/etc/docker", uid: 5, gid: null }] }),
      "3.5",
      "unhealthy",
    ],
    [
      "a socket of root where the group docker is not known",
      example({ host: { groupDocker: null }, files: [{ path: "/var/run/docker.sock", gid: 0 }] }),
      "3.15",
      "healthy",
    ],
    [
      "a socket that only root opens, group docker not known",
      example({ host: { groupDocker: null }, files: [{ path: "/var/run/docker.sock", gid: 0 }] }),
      "1.1.2",
      "healthy",
    ],
    [
      "users of a group that does not open the socket",
      example({ host: { primaryGroupUsers: ["bob"] }, files: [{ path: "/var/run/docker.sock", gid: 0 }] }),
      "1.1.2",
      "healthy",
    ],
    [
      "TLS files of a rootless daemon's user",
      example({
        info: { SecurityOptions: ["name=rootless"] },
        argv: ["--tlsverify", "--tlskey=/home/a/key.pem"],
        host: { daemonUid: "1000" },
        files: [{ path: "/home/a/key.pem", uid: 1000, gid: 1000 }],
      }),
      "3.13",
      "healthy",
    ],
    [
      "a socket of a user where the group docker is not known",
      example({ host: { groupDocker: null }, files: [{ path: "/var/run/docker.sock", uid: 1000 }] }),
      "3.15",
      "unhealthy",
    ],
  ])("%s", (_, evidence, control, expected) => {
    expect(status(evidence, control)).toBe(expected);
  });
});

describe("audit rules", () => {
  const audit = (more: object) => example({ host: { audit: { auditctlPresent: true, auditctl: null, ...more } } });
  const nothing = { auditctlPresent: false, auditctl: null, auditRules: null, rulesD: {} };
  test.each<[string, HostEvidence, string, string]>([
    ["no audit system, as root saw", example({ host: { audit: nothing } }), "1.1.6", "unhealthy"],
    ["no audit system, as a user saw", example({ host: { audit: nothing, uid: 1000 } }), "1.1.6", "unknown"],
    ["switched off, rules unread", audit({ auditctlStatus: "enabled 0\nfailure 1" }), "1.1.6", "unhealthy"],
    [
      "a file that augenrules leaves out",
      audit({ auditRules: "", rulesD: { "d.rules.bak": "-w /etc/docker -p wa" } }),
      "1.1.6",
      "unhealthy",
    ],
    ["a file of rules", audit({ auditRules: "", rulesD: { "d.rules": "-w /etc/docker -p wa" } }), "1.1.6", "healthy"],
    ["exit,never is no watch", example({ auditRules: ["-a exit,never -F dir=/etc/docker"] }), "1.1.6", "unhealthy"],
    [
      "a daemon upgraded while it runs",
      example({ host: { daemonExe: "/usr/bin/dockerd (deleted)" } }),
      "1.1.3",
      "healthy",
    ],
    [
      "the daemon of a container beside the host's",
      example({
        host: {
          daemonExe: null,
          processes: [
            { pid: 5, comm: "dockerd", exe: "/usr/local/bin/dockerd", argv: ["dockerd"] },
            { pid: 700, comm: "dockerd", exe: "/usr/bin/dockerd", argv: ["/usr/bin/dockerd"] },
          ],
        },
      }),
      "1.1.3",
      "healthy",
    ],
    [
      "containerd elsewhere",
      example({
        host: { processes: [{ pid: 6, comm: "containerd", exe: "/opt/bin/containerd", argv: [] }] },
        files: [{ path: "/opt/bin/containerd" }],
      }),
      "1.1.14",
      "unhealthy",
    ],
    ["a runtime without a path", example({ info: { Runtimes: { runc: { path: "" } } } }), "1.1.18", "healthy"],
    [
      "a runtime elsewhere, not collected: it is in use all the same",
      example({ info: { DefaultRuntime: "wrap", Runtimes: { wrap: { path: "/srv/wrap" } } } }),
      "1.1.18",
      "unhealthy",
    ],
    [
      "a unit that may not be read beside one that nothing watches",
      example({
        host: { units: { "docker.service": [unreadable("/etc/d.conf"), { ...unit, path: "/srv/d.service" }] } },
      }),
      "1.1.7",
      "unhealthy",
    ],
    ["no unit of docker.service", example({ host: { units: {}, files: [absent("/x")] } }), "1.1.7", "notApplicable"],
  ])("%s", (_, evidence, control, expected) => {
    expect(status(evidence, control)).toBe(expected);
  });
});
