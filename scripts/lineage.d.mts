export function watchLineage(onLost: () => void): void;
