export type PathFault = "too-long" | "too-deep";

/**
 * Turns a path of a tar into the one form used everywhere: relative to the root, no leading or trailing slash, no empty,
 * `.` or `..` parts. The root itself is `""`. A path that climbs out of the root ends there, because every runtime unpacks
 * inside the root, where `..` of the root is the root. Where no Linux would take it `onFault` is told why and null comes back.
 */
export function cleanPath(
  raw: string,
  limits: { pathLength: number; pathDepth: number },
  onFault: (fault: PathFault) => void,
): string | null {
  let start = 0;
  let end = raw.length;
  while (raw.charCodeAt(start) === 46 && raw.charCodeAt(start + 1) === 47) start += 2;
  while (raw.charCodeAt(start) === 47) start += 1;
  while (end > start && raw.charCodeAt(end - 1) === 47) end -= 1;
  const trimmed = start === 0 && end === raw.length ? raw : raw.slice(start, end);
  const path = trimmed.length > limits.pathLength || isPlain(trimmed) ? trimmed : resolveParts(trimmed);
  const fault = faultOf(path, limits);
  if (fault === null) return path;
  onFault(fault);
  return null;
}

function faultOf(path: string, limits: { pathLength: number; pathDepth: number }): PathFault | null {
  if (path.length > limits.pathLength) return "too-long";
  let depth = 1;
  for (let index = path.indexOf("/"); index >= 0; index = path.indexOf("/", index + 1)) depth += 1;
  return depth > limits.pathDepth ? "too-deep" : null;
}

function isPlain(path: string): boolean {
  return !(path.charCodeAt(0) === 46 || path.includes("/.") || path.includes("//"));
}

function resolveParts(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
