import { clock } from "#clock.ts";
import { log } from "#log.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { type ImageKey, reportProgress, type ScanProgress, type ScanStage } from "#store/image/image-scan.ts";

const INTERVAL_MS = 500;

/**
 * Writes how far a scan is, at most twice a second and one write at a time, and so keeps its heartbeat. When the scan turns
 * out to be cancelled, `onCancelled` is called.
 */
export class ScanProgressWriter {
  readonly #image: ImageKey;
  readonly #scanId: string;
  readonly #onCancelled: () => void;
  readonly #timer: NodeJS.Timeout;
  #latest: { stage: ScanStage; progress: ScanProgress };
  #isDirty = false;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();

  constructor(image: ImageKey, scanId: string, onCancelled: () => void) {
    this.#image = image;
    this.#scanId = scanId;
    this.#onCancelled = onCancelled;
    this.#latest = {
      stage: "reading layers",
      progress: { layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 },
    };
    // Also while nothing moves: a slow registry must not look like a dead worker, and a cancel must be seen.
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS).unref();
  }

  report(stage: ScanStage, progress: ScanProgress): void {
    this.#latest = { stage, progress };
    this.#isDirty = true;
  }

  stage(stage: ScanStage): void {
    this.report(stage, this.#latest.progress);
  }

  /** Stops writing and waits for the write under way. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  #tick(): void {
    const sinceMs = clock.monotonicMs() - this.#writtenAt;
    if (!this.#isDirty && sinceMs < 1000) return;
    const isNews = this.#isDirty;
    this.#isDirty = false;
    this.#writtenAt = clock.monotonicMs();
    this.#writing = this.#writing
      .then(() => this.#write(isNews))
      .catch((error: unknown) => {
        log.warn({ err: error, digest: this.#image.digest }, "the progress of a scan was not written");
      });
  }

  async #write(isNews: boolean): Promise<void> {
    const scan = { registryId: this.#image.registryId, scanId: this.#scanId };
    const isRunning = await reportProgress(pool(), scan, this.#latest);
    if (!isRunning) this.#onCancelled();
    else if (isNews) await recordChange(pool(), `image:${this.#image.digest}`, `registry:${this.#image.registryId}`);
  }
}
