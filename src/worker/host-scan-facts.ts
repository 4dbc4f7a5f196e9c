import type { HostEvidence, ImageScanFact } from "#engines/cis-docker/facts.ts";
import { isFailed } from "#engines/cis-docker/facts.ts";
import { scansOfImages } from "#store/host/host-contents.ts";
import type { Executor } from "#store/sql.ts";

/** What our scans know of the images of a host, by image id and manifest digest, as the image controls read it. */
export async function hostScanFacts(
  executor: Executor,
  evidence: HostEvidence,
): Promise<Record<string, ImageScanFact>> {
  const list = evidence.imagesList && !isFailed(evidence.imagesList) ? evidence.imagesList : [];
  const digests = list.flatMap((image) => [
    image.Id,
    ...(image.RepoDigests ?? []).map((name) => name.split("@")[1] ?? ""),
  ]);
  const scans = await scansOfImages(executor, [...new Set(digests)]);
  const facts: Record<string, ImageScanFact> = {};
  for (const scan of scans) {
    const fact: ImageScanFact = {
      scannedAt: scan.scannedAt.toISOString(),
      fixable: { critical: scan.critical, high: scan.high },
      packages: scan.packages,
      assessed: scan.assessed,
      // Not looked at is not the same as none.
      setuidFiles: scan.setIdFiles?.files.map(({ path }) => path) ?? null,
      setuidCount: scan.setIdFiles?.count ?? null,
      signature: null,
    };
    facts[scan.digest] = fact;
    // A Docker image's id is the digest of its configuration, so an image is found even when it was never pulled by digest.
    if (scan.configDigest) facts[scan.configDigest] = fact;
  }
  return facts;
}
