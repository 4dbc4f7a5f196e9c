export function writeNewRule(args: readonly string[], root?: string): string;
