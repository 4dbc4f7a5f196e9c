import { clock } from "#clock.ts";
import type { RegistrySync } from "#domain/registry-rights.ts";
import { pool } from "#store/client.ts";
import { setSync } from "#store/registry/registry.ts";
import type { RepositoryOutcome } from "./reconcile-repository.ts";

const WRITE_EVERY_MS = 1000;
const MOST_FAILURES = 50;

/** Keeps and writes how far a comparison is, at most once a second. */
export class ReconcileProgress {
  readonly sync: RegistrySync;
  readonly #registryId: string;
  readonly #startedMs = clock.monotonicMs();
  #writtenMs = 0;

  constructor(registryId: string, trigger: RegistrySync["trigger"]) {
    this.#registryId = registryId;
    const now = clock.now().toISOString();
    this.sync = {
      state: "running",
      trigger,
      startedAt: now,
      movedAt: now,
      finishedAt: null,
      repositoriesTotal: 0,
      repositoriesDone: 0,
      tagsFound: 0,
      pushesFound: 0,
      deletesFound: 0,
      heldBack: 0,
      failures: [],
      estimatedSecondsLeft: null,
    };
  }

  async start(repositoriesTotal: number): Promise<void> {
    this.sync.repositoriesTotal = repositoriesTotal;
    await this.#write();
  }

  async repositoryDone(repository: string, outcome: RepositoryOutcome): Promise<void> {
    this.sync.repositoriesDone += 1;
    this.sync.tagsFound += outcome.tags;
    this.sync.pushesFound += outcome.pushes;
    if (outcome.fault) this.#fail(repository, outcome.fault);
    const { repositoriesDone: done, repositoriesTotal: total } = this.sync;
    this.sync.estimatedSecondsLeft = Math.ceil(
      (((clock.monotonicMs() - this.#startedMs) / done) * (total - done)) / 1000,
    );
    if (clock.monotonicMs() - this.#writtenMs >= WRITE_EVERY_MS) await this.#write();
  }

  deleted(count: number): void {
    this.sync.deletesFound += count;
  }

  /** The finished record, to be stored with the outcome. */
  finish(state: "done" | "failed"): RegistrySync {
    const now = clock.now().toISOString();
    return { ...this.sync, state, movedAt: now, finishedAt: now, estimatedSecondsLeft: null };
  }

  #fail(repository: string, fault: Error): void {
    if (this.sync.failures.length < MOST_FAILURES)
      this.sync.failures.push({ repository, reason: fault.message.slice(0, 500) });
  }

  async #write(): Promise<void> {
    this.#writtenMs = clock.monotonicMs();
    this.sync.movedAt = clock.now().toISOString();
    await setSync(pool(), this.#registryId, this.sync);
  }
}
