export interface EmbeddedPostgres {
  url: string;
  adminUrl: string;
  port: number;
  pid: number;
  mode: string;
  adopted: boolean;
  stop(): Promise<void>;
}
export function startPostgres(options: {
  dataFolder: string;
  durable?: boolean;
  port?: number;
  native?: string;
}): Promise<EmbeddedPostgres>;
