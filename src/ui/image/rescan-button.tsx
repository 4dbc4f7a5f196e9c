"use client";
import { Button } from "@mantine/core";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import { useChange } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { useMay } from "../shell/frame-context.tsx";

/** Queues a scan of the image ahead of pushed ones. Hidden from people who may not, and where the image is gone. */
export function RescanButton({ image, label }: { image: ImageDetail; label: string }) {
  const isAnalyst = useMay("analyst");
  const { registryId, retiredAt } = image.place;
  const scan = useChange(() => ({
    method: "POST",
    path: `/api/v1/images/${image.digest}/scans`,
    body: { registryId },
  }));
  if (!isAnalyst || retiredAt) return null;
  const isBusy = scan.isRunning || image.assessment.isScanning;
  return (
    <>
      <Button leftSection={<Icon name="refresh" />} onClick={() => scan.run()} disabled={isBusy}>
        {isBusy ? "Scanning" : label}
      </Button>
      {scan.problem && (
        <span className="bw-signal" role="alert">
          {scan.problem.detail}
        </span>
      )}
    </>
  );
}
