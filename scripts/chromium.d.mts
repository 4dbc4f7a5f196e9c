export interface FoundBrowser {
  executablePath: string;
  env: Record<string, string>;
  args: string[];
  origin: string;
}
export function findChromium(): Promise<FoundBrowser>;
