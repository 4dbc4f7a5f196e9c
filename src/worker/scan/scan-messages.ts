import type { Diagnostic } from "#domain/evidence.ts";
import type { Inventory, UnreadFile } from "#engines/image-scan/facts.ts";

/** What the main thread tells a scan thread. A layer's bytes follow its `readLayer` in chunks that the thread asks for. */
export type ToThread =
  | { kind: "readLayer"; mediaType: string | null; alsoWanted: readonly string[] }
  | { kind: "chunk"; bytes: Uint8Array }
  | { kind: "end" }
  | { kind: "inventory"; layers: Uint8Array[] };

/** The facts of one layer, encoded as they are stored. */
export interface ReadLayer {
  encoded: Uint8Array;
  diffId: string;
  uncompressedBytes: number;
  diagnostics: Diagnostic[];
  /** Paths in this layer whose content its own hard links need and this reading did not keep. */
  unread: string[];
}

/** The inventory, and what another reading of some layers could add to it. */
export interface TakenInventory {
  inventory: Inventory;
  unread: UnreadFile[];
}

/** What a scan thread answers. `more` asks for that many further chunks. */
export type FromThread =
  | { kind: "more"; chunks: number }
  | { kind: "layer"; layer: ReadLayer }
  | { kind: "inventory"; taken: TakenInventory }
  | { kind: "failed"; code: string; message: string };

/** Chunks that may be under way to a thread, which bounds what waits there in memory. */
export const CHUNKS_IN_FLIGHT = 32;
