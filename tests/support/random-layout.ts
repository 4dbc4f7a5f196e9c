import { type TestEntry, testEntry } from "#engines/image-scan/write-test-tar.ts";

/** A random number generator that gives the same numbers for the same seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Names of files; the last two are no UTF-8 and differ in nothing but the byte that is none. */
const names = ["a", "b", "c", "d", "e.f", "\u00e9", "n\xe8", "n\xe9"];
const latin = new Set(["n\xe8", "n\xe9"]);

type Kind = "folder" | "file" | "link";

/**
 * Makes the layers of one image: folders, files, links of every kind, deletions, opaque marks, repeated paths. It keeps book
 * of what should be there, so that most of what it makes is something that a runtime takes; the book need not be right.
 */
export class RandomLayout {
  readonly layers: TestEntry[][] = [];
  private readonly random: (below: number) => number;
  private readonly there = new Map<string, Kind>();
  /** Paths that the layer in the making has named: dockerd takes each once, and not away again. */
  private readonly named = new Set<string>();
  private serial = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
    const count = 1 + this.random(4);
    for (let layer = 0; layer < count; layer += 1) {
      this.named.clear();
      this.layers.push(Array.from({ length: 2 + this.random(8) }, () => this.unused(layer)).flat());
    }
  }

  /** The next entries, or none when they would name a path of this layer again. */
  private unused(layer: number): TestEntry[] {
    const before = new Map(this.there);
    const made = this.entry(layer);
    const paths = made.map(({ path }) => cleaned(path));
    const isFree = paths.every((path, index) => !this.isNamed(path) && paths.indexOf(path) === index);
    if (isFree) for (const path of paths) this.named.add(path);
    if (isFree) return made;
    this.there.clear();
    for (const [path, kind] of before) this.there.set(path, kind);
    return [];
  }

  /** Named itself, or a deletion that would take something with it that this layer brought. */
  private isNamed(path: string): boolean {
    const plain = path.replace(".wh.", "");
    return this.named.has(path) || this.named.has(plain) || [...this.named].some((one) => one.startsWith(`${plain}/`));
  }

  private entry(layer: number): TestEntry[] {
    const turn = this.random(layer === 0 ? 70 : 100);
    const known = this.known();
    if (turn < 20 || known === undefined) return this.folder(this.place());
    if (turn < 42) return this.file(this.place());
    if (turn < 58) return this.symbolic(this.place(), known);
    if (turn < 66) return this.hard();
    if (turn < 70) {
      const path = this.place();
      this.note(path, "link");
      return [{ path: this.spelled(path), type: "6" }];
    }
    if (turn < 85) {
      this.forget(known);
      return [{ path: whiteout(known) }];
    }
    // A folder over whatever was there, as builders write it; or the mark alone.
    const folder = this.random(3) > 0 ? this.folder(known) : [];
    if (folder.length === 0 && this.there.get(known) === "file") return this.folder(this.place());
    if (this.there.get(known) === "folder") this.forgetBelow(known);
    return [...folder, { path: `${known}/.wh..wh..opq` }, ...this.file(`${known}/${this.name()}`)];
  }

  private folder(path: string): TestEntry[] {
    if (this.there.get(path) !== "folder") this.note(path, "folder");
    return [{ path: `${this.spelled(path)}/`, type: "5", mode: 0o755 }];
  }

  private file(path: string): TestEntry[] {
    this.note(path, "file");
    this.serial += 1;
    return [{ path: this.spelled(path), content: `content ${this.serial}` }];
  }

  private symbolic(path: string, known: string): TestEntry[] {
    const target = this.random(6) === 0 ? this.name() : known;
    const climb = "../".repeat(path.split("/").length - 1);
    // A link to a folder is a place for what comes later.
    const leads = this.there.get(target) === "folder" && !`${target}/`.startsWith(`${path}/`);
    this.note(path, leads ? "folder" : "link");
    const links = [`/${target}`, `${climb}${target}`, `../../../../${climb}${target}`, target];
    return [{ path: this.spelled(path), type: "2", link: links[this.random(leads ? 3 : 4)] ?? target }];
  }

  private hard(): TestEntry[] {
    const files = [...this.there].flatMap(([path, kind]) => (kind === "file" ? [path] : []));
    const target = files[this.random(Math.max(files.length, 1))];
    const path = this.place();
    if (target === undefined || `${target}/`.startsWith(`${path}/`)) return this.file(path);
    this.note(path, "file");
    return [{ path: this.spelled(path), type: "1", link: target }];
  }

  private note(path: string, kind: Kind): void {
    this.forget(path);
    this.there.set(path, kind);
  }

  private forget(path: string): void {
    this.there.delete(path);
    this.forgetBelow(path);
  }

  private forgetBelow(path: string): void {
    for (const other of [...this.there.keys()]) if (other.startsWith(`${path}/`)) this.there.delete(other);
  }

  private known(): string | undefined {
    const all = [...this.there.keys()];
    return all[this.random(Math.max(all.length, 1))];
  }

  private place(): string {
    const known = this.known();
    if (known !== undefined && this.random(8) === 0) return known;
    const folders = [...this.there].flatMap(([path, kind]) => (kind === "folder" ? [path] : []));
    const folder = folders[this.random(folders.length + 1)] ?? "";
    return folder === "" || folder.split("/").length > 4 ? this.name() : `${folder}/${this.name()}`;
  }

  private name(): string {
    return names[this.random(names.length)] ?? "a";
  }

  /** Now and then in another spelling of the same path. */
  private spelled(path: string): string {
    const turn = this.random(30);
    if (turn === 0) return `./${path}`;
    if (turn === 1) return `/${path}`;
    return turn === 2 ? `../${path}` : path;
  }
}

function cleaned(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
}

function whiteout(path: string): string {
  const start = path.lastIndexOf("/") + 1;
  return `${path.slice(0, start)}.wh.${path.slice(start)}`;
}

/** The tar of one layer, with names as the bytes that they stand for. */
export function layoutTar(entries: TestEntry[]): Buffer {
  return Buffer.concat([...entries.map(withRawNames), Buffer.alloc(1024)]);
}

/** `writeTestTar` writes UTF-8; names of another encoding are put in afterwards. */
function withRawNames(entry: TestEntry): Buffer {
  const tar = testEntry({ ...entry, path: "", link: "" });
  tar.set(rawBytes(entry.path).subarray(0, 100), 0);
  tar.set(rawBytes(entry.link ?? "").subarray(0, 100), 157);
  tar.fill(32, 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return tar;
}

function rawBytes(path: string): Buffer {
  const parts = path.split("/").map((part) => {
    const marked = part.startsWith(".wh.") ? part.slice(4) : part;
    return Buffer.concat([
      Buffer.from(part.slice(0, part.length - marked.length)),
      Buffer.from(marked, latin.has(marked) ? "latin1" : "utf8"),
    ]);
  });
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from("/"), part])));
}
