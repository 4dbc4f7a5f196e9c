import { z } from "zod";
import { redactBuildStep, redactCommandWords } from "#domain/redact-build-step.ts";
import { RegistryFault } from "./registry-fault.ts";

const History = z.object({
  created: z.string().optional(),
  created_by: z.string().optional(),
  comment: z.string().optional(),
  empty_layer: z.boolean().optional(),
});
const ConfigBody = z.object({
  os: z.string().max(100).default(""),
  architecture: z.string().max(100).default(""),
  variant: z.string().max(100).optional(),
  created: z.string().optional(),
  config: z
    .object({
      Labels: z.record(z.string(), z.string()).nullish(),
      User: z.string().nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string().regex(/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/)).max(1000) }),
  history: z.array(History).max(2000).nullish(),
});

/**
 * What Breakwater keeps of an image configuration. Environment variables are left out and the values in build steps and commands
 * are masked: they carry secrets.
 */
export interface ImageConfig {
  os: string;
  architecture: string;
  variant: string | undefined;
  createdAt: Date | null;
  /** Digests of the uncompressed layers, lowest first. */
  diffIds: string[];
  history: { created_by: string; comment: string; empty_layer: boolean }[];
  labels: Record<string, string>;
  user: string;
  command: string[];
}

/**
 * Reads the configuration blob of an image. Throws RegistryFault `broken`. Diff ids are sha256, as the database keeps them;
 * `allowSha512` takes both algorithms of the image spec.
 */
export function parseImageConfig(bytes: Uint8Array, options: { allowSha512?: boolean } = {}): ImageConfig {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new RegistryFault("broken", "The image configuration is not JSON.", { cause: error });
  }
  const body = ConfigBody.safeParse(json);
  if (!body.success) {
    throw new RegistryFault(
      "broken",
      `The image configuration is not valid (${body.error.issues[0]?.path.join(".")}: ${body.error.issues[0]?.message}).`,
    );
  }
  const { data } = body;
  if (options.allowSha512 !== true && data.rootfs.diff_ids.some((digest) => !digest.startsWith("sha256:")))
    throw new RegistryFault("broken", "The image configuration names a diff id that is not a sha256 digest.");
  const created = data.created ? Date.parse(data.created) : Number.NaN;
  return {
    os: data.os,
    architecture: data.architecture,
    variant: data.variant,
    createdAt: Number.isNaN(created) || created < 0 ? null : new Date(created),
    diffIds: data.rootfs.diff_ids,
    history: (data.history ?? []).map((entry) => ({
      created_by: redactBuildStep((entry.created_by ?? "").slice(0, 20_000)).slice(0, 2000),
      comment: (entry.comment ?? "").slice(0, 500),
      empty_layer: entry.empty_layer ?? false,
    })),
    labels: data.config?.Labels ?? {},
    user: data.config?.User ?? "",
    command: redactCommandWords([...(data.config?.Entrypoint ?? []), ...(data.config?.Cmd ?? [])]),
  };
}
