import { createHash, timingSafeEqual } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { answerBlob, continueUpload, startUpload } from "./registry-blobs.ts";
import { answerCatalog, answerTags } from "./registry-listing.ts";
import { answerManifest } from "./registry-manifests.ts";
import { type NotificationEndpoint, RegistryNotifier } from "./registry-notifier.ts";
import { RegistryRefusal } from "./registry-refusal.ts";
import { type RegistryRequest, sendJson } from "./registry-request.ts";
import { RegistryStorage } from "./registry-storage.ts";

export interface DemoRegistrySettings {
  /** 0 or nothing = any free port. */
  port?: number;
  /** Folder for blobs and manifests. */
  storage: string;
  credentials: { username: string; password: string };
  notify?: NotificationEndpoint | undefined;
}

export interface DemoRegistry {
  url: string;
  port: number;
  /** `METHOD path status` of every request, newest last, for tests. */
  requests: string[];
  /** Resolves when every notification so far was accepted. */
  settled(): Promise<void>;
  /** Subscribes another endpoint from now on. */
  notifyAt(endpoint: NotificationEndpoint): void;
  stop(): Promise<void>;
}

/**
 * A small OCI registry on loopback (Distribution 1.1: pull, push, content discovery, management). It checks every request
 * against the specification and refuses wrong ones with its error bodies, so that it can stand in for a real one.
 */
export async function startDemoRegistry(settings: DemoRegistrySettings): Promise<DemoRegistry> {
  const storage = new RegistryStorage(settings.storage);
  const requests: string[] = [];
  let notifier = settings.notify ? new RegistryNotifier(settings.notify) : null;
  const server = http.createServer((request, response) => {
    response.once("close", () => {
      requests.push(`${request.method} ${request.url} ${response.statusCode}`);
      if (requests.length > 10_000) requests.shift();
    });
    void serve(request, response, { storage, credentials: settings.credentials, notifier: () => notifier });
  });
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    settled: async () => notifier?.settled(),
    notifyAt: (endpoint) => {
      notifier?.stop();
      notifier = new RegistryNotifier(endpoint);
    },
    stop: async () => {
      notifier?.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Context {
  storage: RegistryStorage;
  credentials: { username: string; password: string };
  notifier: () => RegistryNotifier | null;
}

async function serve(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  response.setHeader("docker-distribution-api-version", "registry/2.0");
  try {
    await route(request, response, context);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const refusal = error instanceof RegistryRefusal ? error : null;
    const headers: Record<string, string> =
      refusal?.status === 401 ? { "www-authenticate": 'Basic realm="Breakwater demo"' } : {};
    const body = { errors: [{ code: refusal?.code ?? "UNKNOWN", message: refusal?.message ?? "internal error" }] };
    // Whatever was not read of the request is of no use any more.
    request.resume();
    if (request.method === "HEAD") response.writeHead(refusal?.status ?? 500, headers).end();
    else sendJson(response, refusal?.status ?? 500, body, headers);
  }
}

async function route(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  signIn(request, context.credentials);
  const url = new URL(request.url ?? "/", "http://registry");
  const method = request.method ?? "GET";
  const call: RegistryRequest = {
    request,
    response,
    url,
    method,
    storage: context.storage,
    tell: (happening) =>
      context.notifier()?.tell({
        ...happening,
        method,
        userAgent: request.headers["user-agent"] ?? "",
        actor: context.credentials.username,
        host: request.headers.host ?? "",
      }),
  };
  if (url.pathname === "/v2/" || url.pathname === "/v2") return sendJson(response, 200, {});
  if (url.pathname === "/v2/_catalog") return answerCatalog(call);
  const match = /^\/v2\/(.+)\/(tags\/list|manifests\/([^/]+)|blobs\/uploads\/([^/]*)|blobs\/([^/]+))$/.exec(
    url.pathname,
  );
  const [, name = "", what = "", reference, upload, digest] = match ?? [];
  if (what === "tags/list") return answerTags(call, name);
  if (reference !== undefined) return answerManifest(call, name, reference);
  if (upload === "") return startUpload(call, name);
  if (upload !== undefined) return continueUpload(call, name, upload);
  if (digest !== undefined) return answerBlob(call, name, digest);
  throw new RegistryRefusal(404, "NAME_UNKNOWN", "no such place");
}

function signIn(request: IncomingMessage, credentials: { username: string; password: string }): void {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const hash = (text: string) => createHash("sha256").update(text).digest();
  const wanted = hash(`${credentials.username}:${credentials.password}`);
  if (!timingSafeEqual(hash(Buffer.from(given, "base64").toString("utf8")), wanted)) {
    throw new RegistryRefusal(401, "UNAUTHORIZED", "authentication required");
  }
}
