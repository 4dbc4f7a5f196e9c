import { readdirSync } from "node:fs";
import path from "node:path";
import type { RouteHandler, RouteMeta } from "#app/api-route.ts";

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const root = path.resolve(import.meta.dirname, "../../src/app");

/** One method of one route file. `pattern` is its address with `[parameters]`. */
export interface WalkedRoute {
  name: string;
  method: (typeof methods)[number];
  pattern: string;
  handler: RouteHandler;
  meta: RouteMeta;
}

/** Every route of the product, read from the file system: a new one is walked without being named anywhere. */
export const routeFiles = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => path.basename(file) === "route.ts")
  .sort();
export const walkedRoutes: WalkedRoute[] = [];
/** Handlers that do not say who may call them. */
export const undeclaredRoutes: string[] = [];
export const routeModules: { path: string; module: Record<string, unknown> }[] = [];

for (const file of routeFiles) {
  const pattern = `/${path
    .dirname(file)
    .split(path.sep)
    .filter((part) => !part.startsWith("("))
    .join("/")}`;
  const module = (await import(path.join(root, file))) as Record<string, unknown>;
  routeModules.push({ path: pattern, module });
  for (const method of methods) {
    const handler = module[method] as RouteHandler | undefined;
    if (!handler) continue;
    const name = `${method} ${pattern}`;
    if (handler.meta?.guard) walkedRoutes.push({ name, method, pattern, handler, meta: handler.meta });
    else undeclaredRoutes.push(name);
  }
}

/** The address of a route with its parameters filled in, and the parameters as Next hands them over (decoded). */
export function routeAddress(pattern: string, values: Record<string, string>): { path: string; params: object } {
  const params: Record<string, string | string[]> = {};
  const address = pattern.replaceAll(/\[(\.\.\.)?(\w+)\]/g, (_part, rest: string | undefined, name: string) => {
    const value = values[name] ?? "";
    params[name] = rest ? value.split("/") : value;
    return rest ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
  return { path: address, params };
}
