import path from "node:path";

/** Files beside those of the report that decide a verdict. */
const besides = [
  "/etc/group",
  "/etc/environment",
  "/etc/docker",
  "/etc/docker/certs.d",
  "/etc/audit/audit.rules",
  "/etc/audit/rules.d",
  "/etc/systemd/system/docker.service.d",
  "/etc/systemd/system/docker.socket.d",
];

/** Paths, as this process reaches them, of every file that the evidence of a host rests on. */
export function watchedFiles(evidence: Record<string, unknown>, hostRoot: string): string[] {
  const found = new Set(besides);
  gather(evidence.host, found);
  const prefix = path.resolve(hostRoot);
  return [...found].sort().map((file) => (prefix === "/" ? file : path.join(prefix, file)));
}

/** Every object with a path and whether it exists is a file that was looked at, wherever it stands in the evidence. */
function gather(value: unknown, found: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("path" in value && "exists" in value && typeof value.path === "string" && value.path.startsWith("/")) {
    found.add(value.path);
    if ("real" in value && typeof value.real === "string") found.add(value.real);
    return;
  }
  for (const inner of Object.values(value)) gather(inner, found);
}
