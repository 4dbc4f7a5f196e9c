export interface ThisMachineOptions {
  databaseUrl: string;
  dataDir: string;
  serverUrl: string;
  bundle: string | undefined;
  env: Record<string, string | undefined>;
  say: (line: string) => void;
}
export function watchThisMachine(options: ThisMachineOptions): { stop(): Promise<void> };
