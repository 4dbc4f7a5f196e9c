/** A file, or a link when `link` is set, with the path inside the image without a leading slash. */
export interface ArchiveFile {
  path: string;
  content?: string | Uint8Array;
  link?: string;
  mode?: number;
}

const BLOCK = 512;

/** A ustar archive (POSIX.1-1988) of these files with their folders, the same bytes for the same files on every machine. */
export function tarArchive(files: readonly ArchiveFile[], modifiedAt: Date): Uint8Array<ArrayBuffer> {
  const seconds = Math.floor(modifiedAt.getTime() / 1000);
  const parts: Uint8Array[] = [];
  for (const folder of foldersOf(files))
    parts.push(header({ path: `${folder}/`, type: "5", size: 0, mode: 0o755, seconds, link: "" }));
  for (const file of files) {
    const bytes =
      typeof file.content === "string" ? Buffer.from(file.content, "utf8") : (file.content ?? new Uint8Array());
    const isLink = file.link !== undefined;
    parts.push(
      header({
        path: file.path,
        type: isLink ? "2" : "0",
        size: isLink ? 0 : bytes.length,
        mode: file.mode ?? 0o644,
        seconds,
        link: file.link ?? "",
      }),
    );
    if (!isLink) parts.push(bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Uint8Array(Buffer.concat(parts));
}

function foldersOf(files: readonly ArchiveFile[]): string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    const names = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= names.length; depth += 1) folders.add(names.slice(0, depth).join("/"));
  }
  return [...folders].sort();
}

interface Header {
  path: string;
  type: "0" | "2" | "5";
  size: number;
  mode: number;
  seconds: number;
  link: string;
}

function header(entry: Header): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = splitPath(entry.path);
  block.write(name, 0, 100, "utf8");
  octal(block, { at: 100, width: 8, value: entry.mode });
  octal(block, { at: 108, width: 8, value: 0 });
  octal(block, { at: 116, width: 8, value: 0 });
  octal(block, { at: 124, width: 12, value: entry.size });
  octal(block, { at: 136, width: 12, value: entry.seconds });
  block.write(" ".repeat(8), 148, "latin1");
  block.write(entry.type, 156, "latin1");
  block.write(entry.link, 157, 100, "utf8");
  block.write("ustar\u000000", 257, "latin1");
  block.write("root", 265, "latin1");
  block.write("root", 297, "latin1");
  block.write(prefix, 345, 155, "utf8");
  octal(block, { at: 148, width: 7, value: block.reduce((sum, byte) => sum + byte, 0) });
  return block;
}

function octal(block: Buffer, field: { at: number; width: number; value: number }): void {
  block.write(`${field.value.toString(8).padStart(field.width - 1, "0")}\u0000`, field.at, field.width, "latin1");
}

/** Long paths are cut at a slash into prefix and name. */
function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  const cut = path.lastIndexOf("/", 154);
  const name = path.slice(cut + 1);
  if (cut <= 0 || Buffer.byteLength(name) > 100) throw new RangeError(`Path too long for this archive: ${path}`);
  return { name, prefix: path.slice(0, cut) };
}
