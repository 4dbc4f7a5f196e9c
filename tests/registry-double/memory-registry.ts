import { createHash } from "node:crypto";
import http from "node:http";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";

/** How the registry misbehaves for one blob. */
export type BlobFault = "truncate" | "wrong-bytes" | "missing" | "hang" | "drop-once";

export interface MemoryRegistry {
  url: string;
  /** Every GET of a blob, by digest, in order. */
  blobRequests: string[];
  faults: Map<string, BlobFault>;
  /** Stores bytes and returns their digest. */
  addBlob(bytes: Uint8Array): string;
  /** Lets hanging answers go on. */
  release(): void;
  stop(): Promise<void>;
}

/** A registry of blobs in memory that can be told to misbehave. It only serves what a scan asks for. */
export async function startMemoryRegistry(): Promise<MemoryRegistry> {
  const blobs = new Map<string, Buffer>();
  const faults = new Map<string, BlobFault>();
  const blobRequests: string[] = [];
  let hanging: (() => void)[] = [];
  const server = http.createServer((request, response) => {
    const digest = /^\/v2\/.+\/blobs\/(sha256:[0-9a-f]{64})$/.exec(request.url ?? "")?.[1];
    if (request.url === "/v2/") return void response.writeHead(200).end("{}");
    const bytes = digest ? blobs.get(digest) : undefined;
    if (digest) blobRequests.push(digest);
    if (!digest || !bytes || faults.get(digest) === "missing") {
      response.writeHead(404, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ errors: [{ code: "BLOB_UNKNOWN", message: "blob unknown" }] }));
    }
    const fault = faults.get(digest);
    if (fault === "drop-once") faults.delete(digest);
    response.writeHead(200, { "content-length": bytes.length });
    send(response, bytes, fault);
  });
  const send = (response: http.ServerResponse, bytes: Buffer, fault: BlobFault | undefined): void => {
    if (fault === "truncate" || fault === "drop-once") {
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
    } else if (fault === "hang") {
      response.write(bytes.subarray(0, 10));
      hanging.push(() => response.end(bytes.subarray(10)));
    } else {
      response.end(
        fault === "wrong-bytes" ? bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 1 : byte)) : bytes,
      );
    }
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    blobRequests,
    faults,
    addBlob(bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, Buffer.from(bytes));
      return digest;
    },
    release() {
      for (const go of hanging) go();
      hanging = [];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `sha256:` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export interface BuiltLayer {
  digest: string;
  diffId: string;
  mediaType: string;
  sizeBytes: number;
}

/** Packs files into a gzip layer and stores it. */
export async function addLayer(
  registry: MemoryRegistry,
  files: Record<string, string | Uint8Array>,
  modes: Record<string, number> = {},
): Promise<BuiltLayer> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files))
    pack.entry({ name, mtime: new Date(0), mode: modes[name] ?? 0o644 }, Buffer.from(content));
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  const plain = Buffer.concat(chunks);
  const bytes = gzipSync(plain);
  return {
    digest: registry.addBlob(bytes),
    diffId: digestOf(plain),
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    sizeBytes: bytes.length,
  };
}

/** Files of a small Debian 12 root with these packages: name, version and, where it differs, source. */
export function debianFiles(
  packages: readonly { name: string; version: string; source?: string }[],
): Record<string, string> {
  const status = packages
    .map(({ name, version, source }) =>
      [
        `Package: ${name}`,
        "Status: install ok installed",
        "Architecture: amd64",
        ...(source ? [`Source: ${source}`] : []),
        `Version: ${version}`,
        "",
      ].join("\n"),
    )
    .join("\n");
  return {
    "etc/os-release":
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "var/lib/dpkg/status": `${status}\n`,
  };
}

/** Files of an installed npm package. */
export function npmFiles(name: string, version: string): Record<string, string> {
  return { [`app/node_modules/${name}/package.json`]: JSON.stringify({ name, version }) };
}
