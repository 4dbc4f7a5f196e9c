export interface FoundEngine {
  socket: string;
  kind: "docker" | "podman" | null;
  version: string | null;
  problem: string | null;
}
type Environment = Record<string, string | undefined>;
export function socketCandidates(environment?: Environment): string[];
export function findEngines(candidates?: string[], environment?: Environment): Promise<FoundEngine[]>;
export function socketPrint(candidates?: string[]): string;
export function probeSocket(socket: string, environment?: Environment): Promise<FoundEngine | null>;
export function accountName(): string;
