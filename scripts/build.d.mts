export function sourceHash(): string;
export function ensureBuild(options?: { onBuild?: () => void; signal?: AbortSignal }): Promise<string>;
