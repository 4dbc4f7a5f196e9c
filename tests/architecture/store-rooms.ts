import type { ModuleGraph } from "./module-graph.ts";

/** Files beside the rooms of the store, as the table calls them. */
const BESIDE = "(store)";

/** Who may enter each room of the store, from the table below "## Rooms" of src/README.md. */
export function listedEntries(readme: string): Map<string, Set<string>> {
  const [, below = ""] = readme.split("## Rooms");
  const rows = below.matchAll(/^\| `([a-z]+)` \| [^|]+ \| ([^|]+) \|$/gm);
  return new Map([...rows].map(([, room = "", entries = ""]) => [room, new Set(namesIn(entries))]));
}

function namesIn(entries: string): string[] {
  const [folders = "", rooms = ""] = entries.split("·");
  const list = (text: string) => text.split(",").map((name) => name.trim());
  return [...list(folders), ...list(rooms).map((room) => `store ${room}`)].filter(
    (name) => name !== "" && name !== "—" && name !== "store ",
  );
}

/** Every entry into a room of the store that the table does not list, and every listed one that nobody uses. */
export function findRoomFaults(graph: ModuleGraph, listed: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const used = entriesOf(graph);
  const uninvited = [...used].flatMap(([room, entries]) =>
    [...entries].flatMap(([from, file]) =>
      listed.get(room)?.has(from) ? [] : [`${file} may not enter store/${room}`],
    ),
  );
  const idle = [...listed].flatMap(([room, entries]) =>
    [...entries].flatMap((from) =>
      used.get(room)?.has(from) ? [] : [`store/${room} lists ${from}, which never enters`],
    ),
  );
  return [...uninvited, ...idle];
}

/** Room → who enters it → a file that does. */
function entriesOf(graph: ModuleGraph): Map<string, Map<string, string>> {
  const entries = new Map<string, Map<string, string>>();
  for (const module of graph.modules.values()) {
    for (const { target } of module.imports) {
      const room = target ? roomOf(target) : undefined;
      if (!room || room === BESIDE || room === roomOf(module.file)) continue;
      const from =
        roomOf(module.file) === undefined ? (module.file.split("/")[0] ?? "") : `store ${roomOf(module.file)}`;
      entries.set(room, (entries.get(room) ?? new Map<string, string>()).set(from, module.file));
    }
  }
  return entries;
}

/** The room of a file of the store; undefined for other files and for what is generated or only a fragment of SQL. */
function roomOf(file: string): string | undefined {
  const [folder, room, ...rest] = file.split("/");
  if (folder !== "store" || room === "generated" || room === "sql") return undefined;
  return rest.length === 0 ? BESIDE : room;
}
