import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startFakeEngine } from "../../src/agent/fake-engine.ts";
import { startDockerDaemon } from "../support/docker-daemon.ts";

/** A Docker host of the journey, as the person who administers it sees it. */
export interface JourneyHost {
  /** What the engine itself says it has. */
  dockerVersion: string;
  images: { total: number; inUse: number };
  containers: { running: number; paused: number; stopped: number };
  /** Containers that break a control of section 5 beside 5.5, by number. */
  breaks: Record<string, string>;
  /** A container whose label is markup. */
  hostile: { name: string; label: string };
  /** Settings of the engine for the agent's environment. */
  environment: Record<string, string>;
  folder: string;
  /** Starts a privileged container and answers its name. */
  startPrivileged(): Promise<string>;
  removePrivileged(): Promise<void>;
  /** What the agent asked and must not have asked. */
  refused(): string[];
  stop(): Promise<void>;
}

/** Label text that would run if a page took it for markup. */
const MARKUP = `<img src=x onerror="document.title='taken over'"><script>document.title='taken over'</script>`;
const LONG = `${"a-very-long-name-".repeat(11)}end`;

/** A real dockerd of its own with ten containers, no two alike. */
export async function dockerHost(): Promise<JourneyHost> {
  const daemon = await startDockerDaemon();
  const { docker, start, folder } = daemon;
  try {
    await start("plain");
    await start(
      "hardened",
      ...["--read-only", "--user=1000", "--memory=64m", "--pids-limit=50", "--cpu-shares=256", "--cap-drop=ALL"],
      ...["--security-opt=no-new-privileges", "--restart=on-failure:5", "--health-cmd=true"],
    );
    await start("host-network", "--network=host");
    await start("socket", "-v", `${daemon.socket}:/var/run/docker.sock`);
    await start("mounts-etc", "-v", "/etc:/host-etc");
    await start("capable", "--cap-add=NET_ADMIN");
    await start("publishes", "-p", "80:80");
    await start(LONG, "--label", `team=${MARKUP}`, "--label", "<b>bold</b>=x", "-e", "PASSWORD=hunter2-e2e");
    await start("paused");
    await docker("pause", "paused");
    await start("exited", "--restart=no");
    await docker("kill", "exited");
    await docker("import", path.join(folder, "root.tar"), "unused:1");
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return {
    dockerVersion: await docker("version", "--format", "{{.Server.Version}}"),
    images: { total: 2, inUse: 1 },
    containers: { running: 8, paused: 1, stopped: 1 },
    breaks: { "5.4": "capable", "5.6": "mounts-etc", "5.10": "host-network", "5.32": "socket" },
    hostile: { name: LONG, label: MARKUP },
    environment: { DOCKER_HOST: `unix://${daemon.socket}` },
    folder,
    startPrivileged: async () => {
      await start("owns-the-host", "--privileged");
      return "owns-the-host";
    },
    removePrivileged: async () => {
      await docker("rm", "-f", "owns-the-host");
    },
    refused: () => [],
    stop: daemon.stop,
  };
}

interface Recorded {
  Id: string;
  Image: string;
  State: { Status: string };
  Config: { Labels: Record<string, string> | null };
}

/** The recorded engine of a real host, played back over a socket of its own to the very same agent. */
export async function recordedHost(): Promise<JourneyHost> {
  const folder = mkdtempSync(path.join(tmpdir(), "bw-recorded-"));
  const read = (name: string) =>
    JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../fixtures/cis/host-a/${name}.json`), "utf8"));
  const [inspected, listed] = [read("containers-inspect"), read("containers-list")];
  // The recording holds the layers of builds too, which an engine lists only when asked for all.
  const images = read("images-list").filter(({ RepoTags }: { RepoTags: string[] | null }) => isTagged(RepoTags));
  const named = (name: string): Recorded => inspected.find((entry: { Name: string }) => entry.Name === `/${name}`);
  const privileged = named("a-priv").Id;
  named("a-hard").Config.Labels = { team: MARKUP };

  const answers: Record<string, unknown> = {
    ...Object.fromEntries(["info", "version", "networks"].map((name) => [`/${name}`, read(name)])),
    ...Object.fromEntries(Object.entries(read("swarm")).map(([name, answer]) => [`/${name}`, answer])),
    "/volumes": read("plugins-volumes").volumes,
    "/plugins": read("plugins-volumes").plugins,
    "/images/json": images,
    ...byId("images", "json", read("images-inspect")),
    ...byId("images", "history", read("images-history")),
    ...byId("containers", "top", read("containers-top")),
    ...Object.fromEntries(inspected.map((entry: Recorded) => [`/containers/${entry.Id}/json`, entry])),
  };
  const list = (isWanted: (id: string) => boolean) => {
    answers["/containers/json?all=1"] = listed.filter(({ Id }: Recorded) => isWanted(Id));
  };
  list((id) => id !== privileged);
  const engine = await startFakeEngine(path.join(folder, "docker.sock"), { answers, apiVersion: "1.41" });
  const emit = (Action: string) =>
    engine.emit({ Type: "container", Action, Actor: { ID: privileged, Attributes: {} } });
  const root = path.join(folder, "root");
  mkdirSync(path.join(root, "etc"), { recursive: true });
  writeFileSync(path.join(root, "etc/hostname"), "played-back.example\n");

  const seen: Recorded[] = inspected.filter(({ Id }: Recorded) => Id !== privileged);
  const inState = (...states: string[]) => seen.filter(({ State }) => states.includes(State.Status));
  return {
    dockerVersion: read("version").Version,
    images: { total: images.length, inUse: new Set(inState("running", "paused").map(({ Image }) => Image)).size },
    containers: {
      running: inState("running").length,
      paused: inState("paused").length,
      stopped: inState("exited", "created").length,
    },
    breaks: { "5.4": "a-caps", "5.6": "a-mounts", "5.10": "a-hostns", "5.32": "a-sock" },
    hostile: { name: "a-hard", label: MARKUP },
    environment: { DOCKER_HOST: `unix://${engine.socketPath}`, HOST_ROOT: root },
    folder,
    startPrivileged: async () => {
      list(() => true);
      emit("start");
      return "a-priv";
    },
    removePrivileged: async () => {
      list((id) => id !== privileged);
      emit("destroy");
    },
    refused: () => engine.refused,
    stop: async () => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isTagged = (tags: string[] | null) => (tags ?? []).some((tag) => tag !== "<none>:<none>");

function byId(kind: string, what: string, answers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).map(([id, answer]) => [`/${kind}/${id}/${what}`, answer]));
}

export interface RunningAgent {
  /** Everything it said. */
  said(): string;
  stop(): Promise<void>;
}

/** The agent that the server hands out, checked against the sum that the page shows and started as the install script does. */
export async function startAgent(
  host: JourneyHost,
  shown: { server: string; token: string; sha256: string },
): Promise<RunningAgent> {
  const answer = await fetch(`${shown.server}/api/v1/agent/breakwater-agent.mjs`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== shown.sha256) throw new Error(`the agent's SHA-256 is ${sum}, the page shows ${shown.sha256}`);
  const file = path.join(host.folder, "breakwater-agent.mjs");
  writeFileSync(file, bytes);
  const child: ChildProcess = spawn(
    process.execPath,
    [file, "run", "--server", shown.server, "--state", path.join(host.folder, "agent"), "--heartbeat", "5"],
    {
      env: {
        NODE_ENV: "production",
        PATH: process.env.PATH ?? "",
        ...host.environment,
        BREAKWATER_ENROL_TOKEN: shown.token,
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  return {
    said: () => said,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}
