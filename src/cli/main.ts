import { compileCache } from "./compile-cache.ts";

const commands: Record<string, { file: string; says: string }> = {
  scan: {
    file: "./scan.ts",
    says: "scan <archive, OCI layout or registry reference>   packages and vulnerabilities of an image",
  },
  audit: {
    file: "./audit.ts",
    says: "audit docker [--evidence <folder>]                 a Docker host against the CIS benchmark",
  },
  advisories: {
    file: "./advisories.ts",
    says: "advisories import <folder, file or URL> | status     advisory data of this installation",
  },
  admin: {
    file: "./admin.ts",
    says: "admin create-user | reset-password | create-token    accounts of this installation",
  },
};

/** Runs one command. Answers the exit code: 0 fine, 1 over a threshold, 2 unusable input or arguments. */
async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`Unknown command: ${name}. Known are ${Object.keys(commands).join(", ")}.\n`);
    return 2;
  }
  const module: { run(args: string[]): Promise<number> } = await import(command.file);
  return module.run(rest);
}

function usage(): string {
  const lines = Object.values(commands).map((command) => `  ${command.says}`);
  return `Breakwater on the command line.\n\n${lines.join("\n")}\n\nEach command explains itself with --help.\n`;
}

compileCache();
// Set and not exited with, so that output to a pipe is written to its end.
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Breakwater failed, and that is a fault of the program:\n${detail}\n`);
  return 2;
});
