import "./small-heap.ts";

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { clock } from "#clock.ts";
import { HostEvidence } from "#engines/cis-docker/facts.ts";
import { type CollectOptions, collectEvidence } from "./collect/collect.ts";
import { HostRoot } from "./collect/host-root.ts";
import { discoverEngines } from "./discover-engines.ts";
import { EngineFleet } from "./engine-fleet.ts";
import { firstEngine } from "./first-engine.ts";
import { recordTrace } from "./record-trace.ts";
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
  if (settings.traceFolder !== null) return record(settings, settings.traceFolder);
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
  const evidence = await collectEvidence(await chosenEngine(settings));
  process.stdout.write(`${JSON.stringify(HostEvidence.parse(evidence), null, 1)}\n`);
  return 0;
}

async function record(settings: AgentSettings, folder: string): Promise<number> {
  const { exchanges, reads } = await recordTrace(folder, await chosenEngine(settings));
  process.stderr.write(`Wrote ${exchanges} exchanges with the engine and ${reads} looks at the host to ${folder}.\n`);
  return 0;
}

/** The machine's first engine; further ones are named on stderr, each to be read with --socket. */
async function chosenEngine(settings: AgentSettings): Promise<CollectOptions> {
  const { socket, connectPath } = await firstEngine(settings);
  if (settings.sockets === null) {
    const { engines, problems } = await discoverEngines(new HostRoot(settings.hostRoot), undefined, socket);
    for (const engine of engines)
      if (engine.socket !== socket)
        process.stderr.write(`There is another engine: add --socket ${engine.socket} to read it instead.\n`);
    for (const { text } of problems) process.stderr.write(`${text}\n`);
  }
  return {
    hostRoot: settings.hostRoot,
    socketPath: socket,
    connectPath,
    keepsCommandWords: settings.keepsCommandWords,
  };
}

async function save(settings: AgentSettings, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [section, answer] of Object.entries(await collectEvidence(await chosenEngine(settings)))) {
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
