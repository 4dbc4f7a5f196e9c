import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { collectEvidence } from "#agent/collect/collect.ts";
import { EngineError, socketFromDockerHost } from "#agent/collect/engine-api.ts";
import { clock } from "#clock.ts";
import { reachesSeverity } from "#domain/severity.ts";
import { HostEvidence, isFailed } from "#engines/cis-docker/facts.ts";
import { Policy } from "#engines/cis-docker/policy.ts";
import { type AuditArguments, auditUsage, parseAuditArguments } from "./audit-arguments.ts";
import { EvidenceError, evidenceFiles, readEvidence, sectionProblems } from "./audit-evidence.ts";
import { auditResult } from "./audit-result.ts";
import { InputError, oneLine } from "./input-error.ts";
import { renderAudit } from "./report/audit-report.ts";

/** `audit docker`: holds a Docker host against the CIS benchmark. Answers the exit code. */
export async function run(args: string[]): Promise<number> {
  try {
    const options = parseAuditArguments(args);
    if (options === null) {
      process.stdout.write(auditUsage);
      return 0;
    }
    const policy = await readPolicy(options.policy);
    const evidence = options.evidence === null ? await readHost(options) : await readEvidence(options.evidence);
    for (const problem of sectionProblems(evidence))
      process.stderr.write(`${oneLine(problem)}. Its controls are unknown.\n`);
    const result = auditResult(evidence, {
      now: clock.now(),
      policy,
      benchmark: options.benchmark,
      assessManaged: options.assessManaged,
    });
    process.stdout.write(renderAudit(result, options.format));
    const { failOn } = options;
    const isOver =
      failOn !== null &&
      result.controls.some(({ status, severity }) => status === "fail" && reachesSeverity(severity, failOn));
    return isOver ? 1 : 0;
  } catch (error) {
    if (!(error instanceof InputError || error instanceof EvidenceError || error instanceof EngineError)) throw error;
    process.stderr.write(`${oneLine(error)}\n`);
    return 2;
  }
}

/** Evidence of the host this runs on, saved when asked. */
async function readHost(options: AuditArguments): Promise<HostEvidence> {
  const raw = await collectEvidence({
    hostRoot: process.env.HOST_ROOT ?? "/",
    socketPath: socketFromDockerHost(process.env.DOCKER_HOST),
  });
  if (isFailed(raw.info) && isFailed(raw.version))
    throw new EngineError(
      0,
      `${raw.info.error.message}. Name another socket in DOCKER_HOST, or audit saved evidence with --evidence.`,
    );
  if (options.saveEvidence !== null) await saveEvidence(options.saveEvidence, raw);
  const parsed = HostEvidence.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError(`The engine's answer has an unexpected form at ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return parsed.data;
}

async function saveEvidence(folder: string, raw: Record<string, unknown>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, section] of Object.entries(evidenceFiles)) {
    if (raw[section] === undefined) continue;
    await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(raw[section], null, 1)}\n`, { mode: 0o600 });
  }
}

async function readPolicy(file: string | null): Promise<Policy> {
  if (file === null) return Policy.parse({});
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`--policy ${file} cannot be read: ${error.code}`);
  });
  try {
    const parsed = Policy.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new InputError(
      `--policy ${file}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}`,
    );
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--policy ${file} is not valid JSON: ${oneLine(error)}`);
  }
}
