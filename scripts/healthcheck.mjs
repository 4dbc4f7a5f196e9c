// For containers: exit code 0 while the process of this container can serve. A worker has no port; it is healthy as long
// as its launcher lives, and that is what the container runtime sees itself.
import process from "node:process";

if (process.env.BREAKWATER_ROLE === "worker") process.exit(0);
const url = `http://127.0.0.1:${process.env.PORT ?? 3000}/api/v1/health`;
fetch(url, { signal: AbortSignal.timeout(4000) }).then(
  (response) => process.exit(response.status === 200 ? 0 : 1),
  () => process.exit(1),
);
