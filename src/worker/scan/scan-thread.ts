import { type MessagePort, parentPort } from "node:worker_threads";
import { takeInventory, unreadInLayer } from "#engines/image-scan/inventory.ts";
import { decodeLayerFacts, encodeLayerFacts } from "#engines/image-scan/layer-facts-codec.ts";
import { readLayer } from "#engines/image-scan/read-layer.ts";
import { CHUNKS_IN_FLIGHT, type FromThread, type ToThread } from "./scan-messages.ts";

// A scan thread: reads layers and takes inventories, one task at a time, so that the worker's own event loop never waits for
// them. It has no database and no network; what it judges comes and goes by message.

if (!parentPort) throw new Error("scan-thread.ts only runs as a worker thread");
const port: MessagePort = parentPort;

let incoming: ChunkQueue | undefined;

port.on("message", (message: ToThread) => {
  switch (message.kind) {
    case "chunk":
      incoming?.push(message.bytes);
      break;
    case "end":
      incoming?.push(null);
      break;
    case "readLayer":
      incoming = new ChunkQueue();
      void answer(readOneLayer(incoming, message));
      break;
    case "inventory":
      void answer(inventoryOf(message.layers));
      break;
  }
});

async function readOneLayer(
  chunks: ChunkQueue,
  { mediaType, alsoWanted }: { mediaType: string | null; alsoWanted: readonly string[] },
): Promise<FromThread> {
  const facts = await readLayer(chunks, { ...(mediaType ? { mediaType } : {}), alsoWanted: new Set(alsoWanted) });
  const encoded = new Uint8Array(encodeLayerFacts(facts));
  const { diffId, uncompressedBytes, diagnostics } = facts;
  return { kind: "layer", layer: { encoded, diffId, uncompressedBytes, diagnostics, unread: unreadInLayer(facts) } };
}

async function inventoryOf(layers: Uint8Array[]): Promise<FromThread> {
  return { kind: "inventory", taken: takeInventory(layers.map((layer) => decodeLayerFacts(layer))) };
}

async function answer(work: Promise<FromThread>): Promise<void> {
  const result = await work.catch((error: unknown): FromThread => {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "bug";
    return { kind: "failed", code, message: error instanceof Error ? error.message : String(error) };
  });
  port.postMessage(result, result.kind === "layer" ? [result.layer.encoded.buffer as ArrayBuffer] : []);
}

/** The bytes of a layer as an async iterable. Every chunk taken asks for one more, so few are ever waiting. */
class ChunkQueue implements AsyncIterable<Uint8Array> {
  #waiting: (Uint8Array | null)[] = [];
  #wake: (() => void) | undefined;

  push(chunk: Uint8Array | null): void {
    this.#waiting.push(chunk);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    post({ kind: "more", chunks: CHUNKS_IN_FLIGHT });
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk === null) return;
      if (chunk) {
        yield chunk;
        post({ kind: "more", chunks: 1 });
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

function post(message: FromThread): void {
  port.postMessage(message);
}
