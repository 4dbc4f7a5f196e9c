/** What a program is by its first bytes. `native` = machine code of which no list of parts can be told. */
export type ProgramKind = "go" | "native";

/** Bytes of a program that tell: Go's note on the build lies in the first page, behind the tables of the file. */
export const PROGRAM_HEAD_BYTES = 8192;

const elfMagic = Buffer.from("\x7fELF", "latin1");
/** An ELF note of owner `Go` (length 4) and type 4 (build id), little and big endian, after the length of its content. */
const goNotes = [Buffer.from("\x04\0\0\0Go\0\0", "latin1"), Buffer.from("\0\0\0\x04Go\0\0", "latin1")];
const goBuildInfo = Buffer.from("\xff Go buildinf:", "latin1");

/**
 * Tells a program by its first bytes; null for scripts and data. Go's own linker leaves a note of the build there, unless
 * it is told not to, and always puts the table of sections right behind the header, where other linkers never put it.
 */
export function programKind(head: Buffer): ProgramKind | null {
  if (!head.subarray(0, 4).equals(elfMagic) || head.length < 52) return null;
  const isGo = hasEarlySections(head) || goNotes.some((note) => head.includes(note)) || head.includes(goBuildInfo);
  return isGo ? "go" : "native";
}

/** Whether the table of section headers begins in the first page (ELF fields e_shoff, by class and byte order). */
function hasEarlySections(head: Buffer): boolean {
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  const at = is64 ? 40 : 32;
  const word = (offset: number) => (isLittle ? head.readUInt32LE(offset) : head.readUInt32BE(offset));
  const [low, high] = is64 ? [word(isLittle ? at : at + 4), word(isLittle ? at + 4 : at)] : [word(at), 0];
  return high === 0 && low > 0 && low < 4096;
}
