import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { download } from "#app/download.ts";
import { exportImage } from "#commands/export-image.ts";
import { shortDigest } from "#domain/digest.ts";
import { ImageExportParams, imageSbom } from "#queries/image/image-export.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Bill of materials of an image, CycloneDX",
  params: z.object({ digest: z.string() }),
  query: ImageExportParams.omit({ digest: true }),
  handle: async ({ actor, params, query }) => {
    const { repository, chunks } = await imageSbom(actor, { ...query, digest: params.digest });
    await exportImage(actor, { digest: params.digest, repository, format: "cyclonedx" });
    return download({
      name: `${repository}-${shortDigest(params.digest)}.cdx.json`,
      type: "application/vnd.cyclonedx+json; version=1.6",
      chunks,
    });
  },
});
