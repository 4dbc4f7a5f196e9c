import { z } from "zod";
import type { RouteHandler, RouteMeta } from "#app/api-route.ts";
import { productVersion } from "#domain/product-version.ts";

export const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A route module with the path of its folder below `src/app`. */
export interface RouteModule {
  path: string;
  module: Record<string, unknown>;
}

type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of all routes, from what each handler declares: guard, zod schemas of params, query, body and
 * result. Nothing is written by hand, so it cannot lag behind.
 */
export function buildDocument(routes: readonly RouteModule[]): Json {
  const paths: Record<string, Json> = {};
  for (const { path, module } of routes) {
    const operations: Json = {};
    for (const method of httpMethods) {
      const handler = module[method] as RouteHandler | undefined;
      if (handler?.meta && !handler.meta.isHidden)
        operations[method.toLowerCase()] = operation(path, method, handler.meta);
    }
    if (Object.keys(operations).length > 0) paths[path.replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, "{$1}")] = operations;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Breakwater",
      version: productVersion,
      description:
        "The API of Breakwater. Lists page by the opaque cursor `nextCursor`. Errors are application/problem+json (RFC 9457). Send an api token as `Authorization: Bearer`.",
    },
    paths: Object.fromEntries(Object.entries(paths).sort(([left], [right]) => (left < right ? -1 : 1))),
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "breakwater.session_token" },
        token: { type: "http", scheme: "bearer", description: "bw_<kind>_…" },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function operation(path: string, method: string, meta: RouteMeta): Json {
  const status = String(meta.status ?? (meta.result || method === "GET" ? 200 : 204));
  return {
    operationId: operationId(path, method),
    ...(meta.summary ? { summary: meta.summary } : {}),
    description: guardText(meta),
    security:
      meta.guard.kind === "public"
        ? []
        : meta.guard.kind === "token"
          ? [{ token: [] }]
          : [{ session: [] }, { token: [] }],
    parameters: [...pathParameters(path, meta), ...queryParameters(meta)],
    ...(meta.body
      ? { requestBody: { required: true, content: { "application/json": { schema: toSchema(meta.body, "input") } } } }
      : {}),
    responses: {
      [status]: {
        description: "Done",
        ...(meta.result ? { content: { "application/json": { schema: toSchema(meta.result, "output") } } } : {}),
      },
      default: {
        description: "What went wrong",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function operationId(path: string, method: string): string {
  const words = path
    .replace(/^\/(api\/(v1\/)?)?/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return [method.toLowerCase(), ...words]
    .map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1)))
    .join("");
}

function guardText({ guard }: RouteMeta): string {
  switch (guard.kind) {
    case "role":
      return `Needs the role ${guard.role}.`;
    case "token":
      return `Needs a token of the kind ${guard.tokenKind}.`;
    case "public":
      return `Open: ${guard.because}.`;
    default:
      return guard satisfies never;
  }
}

function pathParameters(path: string, meta: RouteMeta): Json[] {
  const known = properties(meta.params);
  return [...path.matchAll(/\[(?:\.\.\.)?(\w+)\]/g)].map((match) => ({
    name: match[1],
    in: "path",
    required: true,
    schema: known[match[1] ?? ""] ?? { type: "string" },
  }));
}

function queryParameters(meta: RouteMeta): Json[] {
  return Object.entries(properties(meta.query)).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

function properties(schema: z.ZodType | undefined): Record<string, unknown> {
  const found = schema ? toSchema(schema, "input").properties : undefined;
  return typeof found === "object" && found !== null ? { ...found } : {};
}

function toSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", cycles: "ref" });
  return rest;
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "instance"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string", description: "Request id, also in the log" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};
