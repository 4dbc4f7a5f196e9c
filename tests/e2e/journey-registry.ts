import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startDemoRegistry } from "../../src/demo/demo-registry.ts";
import type { GeneratedManifest } from "../../src/demo/generate-image.ts";
import { deleteImage, type PushTarget, pushImage } from "../../src/demo/push-image.ts";
import { skopeo, startDockerRegistry } from "../registry-double/docker-registry.ts";

/** The registry of the journey, seen from the outside as its owner sees it. */
export interface JourneyRegistry {
  target: PushTarget;
  /** Configures notifications by what the page shows: the snippet, or address and token out of it. */
  notify(shown: { snippet: string; url: string; token: string }): Promise<void>;
  push(name: { repository: string; tag: string }, image: GeneratedManifest): Promise<void>;
  /** Pushes an OCI layout with a client that is not ours. */
  pushLayout(folder: string, name: { repository: string; tag: string }): Promise<void>;
  remove(name: { repository: string; digest: string }): Promise<void>;
  /** Every read of a manifest or layer so far, as its log has it. */
  reads(): string[];
  stop(): Promise<void>;
}

const readLine = /GET \/v2\/\S+\/(?:manifests|blobs)\/\S+/g;

/** Debian's docker-registry. Its notifications are the snippet of the page, pasted into its config.yml. */
export async function dockerRegistry(): Promise<JourneyRegistry> {
  const server = await startDockerRegistry();
  const target = { url: server.url, credentials: { username: server.username, password: server.password } };
  return {
    target,
    notify: ({ snippet }) => server.restart(snippet),
    push: (name, image) => pushImage(target, name, image),
    pushLayout: async (folder, name) => {
      const credentials = `${server.username}:${server.password}`;
      const place = `docker://${server.host}/${name.repository}:${name.tag}`;
      const options = ["--preserve-digests", "--dest-tls-verify=false", "--dest-creds", credentials];
      await skopeo(["copy", ...options, `oci:${folder}:it`, place]);
    },
    remove: (name) => deleteImage(target, name),
    reads: () => server.log().match(readLine) ?? [],
    stop: server.stop,
  };
}

/** Our own registry, which refuses every request that the specification does not allow. */
export async function ownRegistry(): Promise<JourneyRegistry> {
  const storage = mkdtempSync(path.join(tmpdir(), "breakwater-own-registry-"));
  const credentials = { username: "builder", password: "a registry password" };
  const server = await startDemoRegistry({ storage, credentials });
  const target = { url: server.url, credentials };
  return {
    target,
    notify: async ({ url, token }) =>
      server.notifyAt({ url, headers: { Authorization: `Bearer ${token}` }, ignore: ["pull"] }),
    push: (name, image) => pushImage(target, name, image),
    pushLayout: async () => {
      throw new Error("layouts are pushed to the real registry only");
    },
    remove: (name) => deleteImage(target, name),
    reads: () => server.requests.flatMap((line) => line.match(readLine) ?? []),
    stop: async () => {
      await server.stop();
      rmSync(storage, { recursive: true, force: true });
    },
  };
}
