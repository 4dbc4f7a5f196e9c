import { subscribe } from "node:diagnostics_channel";
import { PEER_HEADER } from "./client-address.ts";

/** Where a request goes whose address cannot be decoded: Next would answer it with a bare 500. */
export const MALFORMED_PATH = "/api/malformed-address";

let isWatching = false;

/**
 * Looks at every request before any handler runs, because Node announces it first: writes the socket's address into a header of
 * ours (route handlers see only headers), and sends what is not well encoded to a route that says so. Called once per process
 * that serves HTTP.
 */
export function watchRequestStart(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("http.server.request.start", (message) => {
    // The message of this channel is documented as { request, response, socket, server }.
    const { request, socket } = message as {
      request: { headers: Record<string, unknown>; url?: string };
      socket: { remoteAddress?: string };
    };
    request.headers[PEER_HEADER] = socket.remoteAddress ?? "";
    if (!isDecodable(request.url ?? "/")) request.url = MALFORMED_PATH;
  });
}

function isDecodable(address: string): boolean {
  try {
    return !decodeURIComponent(address.split("?")[0] ?? "").includes("\u0000");
  } catch {
    return false;
  }
}
