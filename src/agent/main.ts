import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { clock } from "#clock.ts";
import { HostEvidence } from "#engines/cis-docker/facts.ts";
import { type CollectedEvidence, collectEvidence } from "./collect/collect.ts";
import { HostRoot } from "./collect/host-root.ts";
import { discoverEngines } from "./discover-engines.ts";
import { EngineFleet } from "./engine-fleet.ts";
import { firstEngine } from "./first-engine.ts";
import { type AgentSettings, agentUsage, enrolTokenFile, readSettings, SettingsError } from "./settings.ts";

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args, process.env);
  if (settings === null) {
    process.stdout.write(agentUsage);
    return 0;
  }
  const file = enrolTokenFile(args);
  if (file !== null) settings.enrolToken = (await readFile(file, "utf8")).trim();
  if (settings.dryRun) return dryRun(settings);
  if (settings.saveEvidence !== null) return save(settings, settings.saveEvidence);
  const agent = new EngineFleet(settings, {
    now: clock.now,
    say: (text) => process.stderr.write(`${clock.now().toISOString()} ${text}\n`),
  });
  if (settings.command === "once") {
    await agent.once();
    return 0;
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => agent.stop());
  await agent.run();
  return 0;
}

/** Prints exactly what a report would carry, after redaction. */
async function dryRun(settings: AgentSettings): Promise<number> {
  const evidence = await collectFirst(settings);
  process.stdout.write(`${JSON.stringify(HostEvidence.parse(evidence), null, 1)}\n`);
  return 0;
}

/** Evidence of the machine's first engine; further ones are named on stderr, each to be read with --socket. */
async function collectFirst(settings: AgentSettings): Promise<CollectedEvidence> {
  const { socket, connectPath } = await firstEngine(settings);
  if (settings.sockets === null) {
    const { engines, problems } = await discoverEngines(new HostRoot(settings.hostRoot), undefined, socket);
    for (const engine of engines)
      if (engine.socket !== socket)
        process.stderr.write(`There is another engine: add --socket ${engine.socket} to read it instead.\n`);
    for (const { text } of problems) process.stderr.write(`${text}\n`);
  }
  return collectEvidence({ hostRoot: settings.hostRoot, socketPath: socket, connectPath });
}

async function save(settings: AgentSettings, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [section, answer] of Object.entries(await collectFirst(settings))) {
    const name = section.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(answer, null, 1)}\n`, { mode: 0o600 });
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    // The event stream and timers are closed by stop(); nothing else may keep the process.
    if (code === 0) setTimeout(() => process.exit(0), 3000).unref();
  },
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof SettingsError ? error.message : error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 2;
  },
);
