/** Which OS package a file belongs to, by path without leading slash. Only files named package.json are kept. */
export type Ownership = Map<string, { name: string; type: "deb" | "apk" }>;

const needle = Buffer.from("/package.json\n", "latin1");

/**
 * Adds the package.json files of a list of owned files: one absolute path a line (`dpkg/info/*.list`) or `<md5>  <path>`
 * (`md5sums`). The rest of the list is not turned into text.
 */
export function addListedFiles(
  ownership: Ownership,
  list: Uint8Array,
  owner: { name: string; type: "deb" | "apk" },
): void {
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  for (let hit = bytes.indexOf(needle); hit >= 0; hit = bytes.indexOf(needle, hit + 1)) {
    const start = bytes.lastIndexOf(10, hit) + 1;
    const line = bytes.toString("utf8", start, hit + needle.length - 1);
    ownership.set(line.replace(/^[0-9a-f]{32}\s+/, "").replace(/^\.?\/+/, ""), owner);
  }
}
