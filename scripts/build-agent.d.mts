export function ensureAgentBundle(): Promise<string>;
export function buildExecutable(): Promise<string>;
