import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const find = (name: string) =>
  ["/usr/sbin", "/usr/bin", "/usr/local/bin"].map((folder) => `${folder}/${name}`).find(existsSync);
const programs = { dockerd: find("dockerd"), docker: find("docker"), runc: find("runc") };
const IMAGE = "tiny:1";

/** A dockerd of its own: data, state and socket in a temporary folder, nothing of the machine's own engine touched. */
export interface DockerDaemon {
  folder: string;
  socket: string;
  /** What the client printed, trimmed. Throws with its message when it refuses. */
  docker(...args: string[]): Promise<string>;
  /** Starts a container that sleeps, of an image with a shell, sleep and ps. Answers its id. */
  start(name: string, ...options: string[]): Promise<string>;
  /** Removes all containers, ends the daemon and deletes its folder. */
  stop(): Promise<void>;
}

/** Why a real dockerd cannot take part here, or null. */
export function missingDocker(): string | null {
  const missing = Object.entries(programs).flatMap(([name, file]) => (file ? [] : [name]));
  if (missing.length > 0) return `${missing.join(", ")} not installed: apt-get install docker.io`;
  return process.getuid?.() === 0 ? null : "dockerd needs root";
}

/** Starts it and imports the image. Throws with the end of its log when it does not answer within half a minute. */
export async function startDockerDaemon(): Promise<DockerDaemon> {
  const folder = mkdtempSync(path.join(tmpdir(), "bw-docker-"));
  const socket = path.join(folder, "docker.sock");
  const log = path.join(folder, "dockerd.log");
  const child = spawnDaemon(folder, { socket, log });
  const docker = async (...args: string[]) =>
    (await run(programs.docker ?? "", ["-H", `unix://${socket}`, ...args], { maxBuffer: 2 ** 26 })).stdout.trim();
  const stop = async () => {
    const ids = (await docker("ps", "-aq").catch(() => "")).split("\n").filter(Boolean);
    // Several at a time, so that a refusal to remove one does not keep the others.
    if (ids.length > 0) await docker("rm", "-f", "-v", ...ids).catch(() => "");
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    // A container in the host's network leaves a mount behind, which keeps its folder from being deleted.
    for (const place of mountsBelow(folder)) await run("umount", ["-l", place]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let turn = 0; !(await docker("version").catch(() => "")); turn += 1) {
      if (turn === 150 || child.exitCode !== null)
        throw new Error(`dockerd: ${readFileSync(log, "utf8").slice(-2000)}`);
      await wait(200);
    }
    await importImage(folder, docker);
  } catch (error) {
    await stop();
    throw error;
  }
  const start = (name: string, ...options: string[]) => {
    const network = options.some((option) => option.startsWith("--network")) ? [] : ["--network=none"];
    return docker("run", "-d", ...network, "--name", name, ...options, IMAGE, "/bin/sleep", "36000");
  };
  return { folder, socket, docker, start, stop };
}

function mountsBelow(folder: string): string[] {
  const places = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .flatMap((line) => line.split(" ")[1] ?? []);
  return places.filter((place) => place.startsWith(`${folder}/`)).reverse();
}

/** No bridge and no iptables: the network of the machine stays as it is. */
function spawnDaemon(folder: string, { socket, log }: { socket: string; log: string }): ChildProcess {
  const places = Object.entries({ "--data-root": "data", "--exec-root": "exec", "--pidfile": "docker.pid" });
  const output = openSync(log, "a");
  const child = spawn(
    programs.dockerd ?? "",
    [
      ...["-H", `unix://${socket}`, ...places.flatMap(([option, name]) => [option, path.join(folder, name)])],
      ...["--bridge=none", "--iptables=false", "--storage-driver=vfs"],
      ...["--add-runtime", `less=${makeRuntime(folder)}`, "--default-runtime", "less"],
    ],
    { stdio: ["ignore", output, output] },
  );
  closeSync(output);
  return child;
}

/** A root file system of a few programs with the libraries they need, imported as an image. */
async function importImage(folder: string, docker: DockerDaemon["docker"]): Promise<void> {
  const root = path.join(folder, "root");
  for (const program of ["/bin/sh", "/bin/sleep", "/bin/ps"].filter(existsSync)) {
    const needed = execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const file of [program, ...needed]) {
      mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
      copyFileSync(realpathSync(file), path.join(root, file));
    }
  }
  execFileSync("tar", ["-C", root, "-cf", path.join(folder, "root.tar"), "."]);
  await docker("import", path.join(folder, "root.tar"), IMAGE);
}

/** runc without the one capability that root lacks on some machines, so that --privileged starts there too. */
function makeRuntime(folder: string): string {
  const wrapper = path.join(folder, "runc-less");
  const lines = [
    "#!/bin/sh",
    'before=""',
    'for word in "$@"; do',
    '  if [ "$before" = "--bundle" ]; then sed -i \'s/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g\' "$word/config.json"; fi',
    '  before="$word"',
    "done",
    `exec ${programs.runc} "$@"`,
  ];
  writeFileSync(wrapper, `${lines.join("\n")}\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}
