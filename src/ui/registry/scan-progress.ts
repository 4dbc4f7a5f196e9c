import { formatBytes, formatNumber } from "../text/format-number.ts";

interface Scanning {
  scanState: string | null;
  stage: string | null;
  progress: unknown;
}

/** How far a scan is, in words and as a share. A share is only shown when the worker reported totals. */
export function scanProgress({ scanState, stage, progress }: Scanning): { text: string; share: number | null } {
  if (scanState === "queued") return { text: "Waiting to be scanned", share: null };
  const figures = numbersOf(progress);
  const { layersDone, layersTotal, bytesDone, bytesTotal } = figures;
  const parts = [stage ? stage.charAt(0).toUpperCase() + stage.slice(1) : "Scanning"];
  if (layersDone !== undefined && layersTotal)
    parts.push(`layer ${formatNumber(Math.min(layersDone + 1, layersTotal))} of ${formatNumber(layersTotal)}`);
  if (bytesDone !== undefined && bytesTotal) parts.push(`${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`);
  const share =
    bytesDone !== undefined && bytesTotal
      ? bytesDone / bytesTotal
      : layersDone !== undefined && layersTotal
        ? layersDone / layersTotal
        : null;
  return { text: parts.join(", "), share };
}

function numbersOf(
  progress: unknown,
): Partial<Record<"layersDone" | "layersTotal" | "bytesDone" | "bytesTotal", number>> {
  if (typeof progress !== "object" || progress === null) return {};
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => typeof value === "number"));
}
