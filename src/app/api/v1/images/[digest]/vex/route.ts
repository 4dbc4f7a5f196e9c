import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { download } from "#app/download.ts";
import { exportImage } from "#commands/export-image.ts";
import { shortDigest } from "#domain/digest.ts";
import { ImageVexParams, imageVex } from "#queries/image/image-vex.ts";

const files = {
  cyclonedx: { ending: "vex.cdx.json", type: "application/vnd.cyclonedx+json; version=1.6" },
  openvex: { ending: "openvex.json", type: "application/json" },
} as const;

export const GET = apiRoute({
  role: "viewer",
  summary: "Findings of an image as VEX, CycloneDX or OpenVEX, with what was decided about them",
  params: z.object({ digest: z.string() }),
  query: ImageVexParams.omit({ digest: true }),
  handle: async ({ actor, params, query }) => {
    const { repository, chunks } = await imageVex(actor, { ...query, digest: params.digest });
    await exportImage(actor, { digest: params.digest, repository, format: `${query.format}-vex` });
    const { ending, type } = files[query.format];
    return download({ name: `${repository}-${shortDigest(params.digest)}.${ending}`, type, chunks });
  },
});
