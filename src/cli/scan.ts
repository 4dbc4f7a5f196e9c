import { clock } from "#clock.ts";
import { InputError } from "./input-error.ts";
import { scanInThread } from "./scan-in-thread.ts";

/** Where a command writes to: the process, unless someone listens in. */
export interface Terminal {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** `scan <target>`: lists what is in an image and what is known to be wrong with it. Answers the exit code. */
export async function run(args: string[], terminal: Terminal = process): Promise<number> {
  try {
    const { report, note, exitCode } = await scanInThread(args, clock.now());
    terminal.stdout.write(report);
    terminal.stderr.write(note);
    return exitCode;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    terminal.stderr.write(`${error.message}\n`);
    return 2;
  }
}
