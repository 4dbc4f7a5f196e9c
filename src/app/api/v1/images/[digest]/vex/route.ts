import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { download } from "#app/download.ts";
import { exportImage } from "#commands/export-image.ts";
import { shortDigest } from "#domain/digest.ts";
import { ImageExportParams, imageVex } from "#queries/image/image-export.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Findings of an image as VEX, CycloneDX",
  params: z.object({ digest: z.string() }),
  query: ImageExportParams.omit({ digest: true }),
  handle: async ({ actor, params, query }) => {
    const { repository, chunks } = await imageVex(actor, { ...query, digest: params.digest });
    await exportImage(actor, { digest: params.digest, repository, format: "cyclonedx-vex" });
    return download({
      name: `${repository}-${shortDigest(params.digest)}.vex.cdx.json`,
      type: "application/vnd.cyclonedx+json; version=1.6",
      chunks,
    });
  },
});
