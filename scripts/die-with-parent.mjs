// Preloaded into the web process. When the launcher is killed its channel closes, and nobody would ever stop this
// process again: it stops itself, so that the port is free for the next start.
import process from "node:process";

process.on("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), 5000).unref();
});
