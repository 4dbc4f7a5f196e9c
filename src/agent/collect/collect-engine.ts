import type { ProcessTable } from "./container-programs.ts";
import { type EngineApi, EngineError } from "./engine-api.ts";

/** Answers of the engine by section, as the evidence folder names them; a section that failed is an error object. */
export type EngineAnswers = Record<string, unknown>;

/** How many of a host's containers and images are inspected at the same time. */
const PARALLEL = 8;

/** Processes of inspected containers, of those that can be read without the engine. */
export type ReadPrograms = (inspected: unknown[]) => Promise<ReadonlyMap<string, ProcessTable>>;

/** Asks the engine for everything that controls read, by GET only. One failing section never costs the others. */
export async function collectEngine(api: EngineApi, programs: ReadPrograms): Promise<EngineAnswers> {
  const section = (path: string) => api.get(path).catch(failure);
  const [info, version, containersList, imagesList, networks, volumes, plugins, swarm] = await Promise.all([
    section("/info"),
    section("/version"),
    section("/containers/json?all=1"),
    section("/images/json").then(inOrder),
    section("/networks").then(inOrder),
    section("/volumes").then(volumesInOrder),
    section("/plugins"),
    collectSwarm(api),
  ]);
  const containers = idsOf(containersList);
  const images = [...new Set(idsOf(imagesList))];
  const running = runningIds(containersList);
  const [{ inspected, tops }, imageAnswers, histories] = await Promise.all([
    mapLimited(containers, (id) => api.get(`/containers/${id}/json`)).then(async (answers) => {
      const seen = await programs(answers.map(([, answer]) => answer));
      return {
        inspected: answers,
        tops: await mapLimited(running, async (id) => seen.get(id) ?? (await api.get(`/containers/${id}/top`))),
      };
    }),
    mapLimited(images, (id) => api.get(`/images/${id}/json`)),
    mapLimited(images, (id) => api.get(`/images/${id}/history`)),
  ]);
  return {
    info,
    version,
    containersList,
    imagesList,
    networks,
    containersInspect: isFailure(containersList) ? containersList : inspectionsOf(inspected),
    containersTop: isFailure(containersList) ? containersList : Object.fromEntries(tops),
    imagesInspect: isFailure(imagesList)
      ? imagesList
      : Object.fromEntries(imageAnswers.filter(([, answer]) => !isFailure(answer))),
    imagesHistory: isFailure(imagesList) ? imagesList : Object.fromEntries(histories),
    pluginsVolumes: isFailure(volumes) ? volumes : { plugins: isFailure(plugins) ? [] : plugins, volumes },
    swarm,
  };
}

async function collectSwarm(api: EngineApi): Promise<EngineAnswers> {
  const names = ["swarm", "nodes", "services", "secrets"] as const;
  const answers = await Promise.all(names.map((name) => api.get(`/${name}`).catch(failure)));
  const byName = Object.fromEntries(names.map((name, index) => [name, answers[index]]));
  // Only how many secrets there are matters; their names and labels stay here.
  if (Array.isArray(byName.secrets)) byName.secrets = byName.secrets.map(() => ({}));
  return byName;
}

async function mapLimited(ids: string[], ask: (id: string) => Promise<unknown>): Promise<[string, unknown][]> {
  const results: [string, unknown][] = [];
  const pending = [...ids.entries()];
  const next = async (): Promise<void> => {
    for (let entry = pending.shift(); entry; entry = pending.shift()) {
      const [index, id] = entry;
      results[index] = [id, await ask(id).catch(failure)];
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
  return results;
}

/**
 * What was inspected, in the order of the list. One that cannot be inspected stands as its failure with its id, so that only
 * it is unknown; one that ended in between (404) is simply gone.
 */
function inspectionsOf(answers: [string, unknown][]): unknown[] {
  return answers.flatMap(([id, answer]) => {
    if (!isFailure(answer)) return [answer];
    return answer.error.code === "HTTP 404" ? [] : [{ Id: id, ...answer }];
  });
}

interface Failure {
  error: { code: string; message: string };
}

function failure(error: unknown): Failure {
  const status = error instanceof EngineError ? error.status : 0;
  return {
    error: {
      code: status === 0 ? "unreachable" : `HTTP ${status}`,
      message: error instanceof Error ? error.message : String(error),
    },
  };
}

function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "error" in value;
}

/**
 * The engine gives some lists in another order each time. Put in order, equal facts are equal text, and nothing is reported
 * that did not change.
 */
function inOrder(list: unknown): unknown {
  const key = (entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return "";
    return String(("Id" in entry && entry.Id) || ("Name" in entry && entry.Name) || "");
  };
  return Array.isArray(list) ? list.toSorted((left, right) => (key(left) < key(right) ? -1 : 1)) : list;
}

function volumesInOrder(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("Volumes" in answer)) return answer;
  return { ...answer, Volumes: inOrder(answer.Volumes) };
}

function idsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((entry) => (hasId(entry) ? [entry.Id] : [])) : [];
}

function runningIds(list: unknown): string[] {
  return Array.isArray(list)
    ? list.flatMap((entry) => (hasId(entry) && "State" in entry && entry.State === "running" ? [entry.Id] : []))
    : [];
}

function hasId(entry: unknown): entry is { Id: string } {
  return typeof entry === "object" && entry !== null && "Id" in entry && typeof entry.Id === "string";
}
