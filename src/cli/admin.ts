import { parseArgs } from "node:util";
import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import type { Actor } from "#domain/role.ts";
import { InputError, oneLine } from "./input-error.ts";
import { pointAtInstallation } from "./installation.ts";

const usage = `Usage: admin create-user --email <address> [--name <name>] [--role viewer|analyst|admin] [--password-stdin]
       admin reset-password --email <address> [--password-stdin]
       admin create-token --kind api|enrol|agent|sensor|webhook --name <name> [--role <role>] [--scope registry:<id>]
                          [--days <days>|never] [--uses <n>] [--from <address or range>]...
       admin backup <file>
       admin restore <file>                  into an empty installation of the same version
       admin verify-figures                  counts everything the plain way and names each stored figure that differs

Works on the database of this installation: DATABASE_URL, else the embedded one of BREAKWATER_DATA_DIR (./.data) while
Breakwater runs. Passwords and tokens are printed once. Without --password-stdin a one-time password is made.
Every use is in the audit log as "Command line". --format json prints one JSON document.
`;

const options = {
  email: { type: "string" },
  name: { type: "string" },
  role: { type: "string" },
  kind: { type: "string" },
  scope: { type: "string" },
  days: { type: "string" },
  uses: { type: "string" },
  from: { type: "string", multiple: true },
  format: { type: "string", default: "table" },
  "password-stdin": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;
type Values = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: typeof options }>
>["values"];

/** What a verb gives back: lines for people, the same as one object for programs. */
interface Answer {
  json: Record<string, unknown>;
  lines: string[];
  /** What was looked for is not in order. */
  isBad?: boolean;
}
const verbs: Record<string, (actor: Actor, values: Values) => Promise<Answer>> = {
  "create-user": createUserVerb,
  "reset-password": resetPasswordVerb,
  "create-token": createTokenVerb,
  "verify-figures": verifyFiguresVerb,
};

/** Runs `admin <verb>`. Answers the exit code: 0 done, 1 figures differ, 2 unusable arguments or refused. */
export async function run(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    const [name = "", extra] = positionals;
    if (name === "backup" || name === "restore") return await runBackup(name, extra);
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb || extra !== undefined)
      throw new InputError(`Say what to do: admin ${Object.keys(verbs).join(" | admin ")}`);
    if (values.format !== "table" && values.format !== "json")
      throw new InputError(`--format is table or json, not ${values.format}`);
    pointAtInstallation();
    const { systemActor } = await import("#commands/system-actor.ts");
    const { closeDatabase } = await import("#store/client.ts");
    try {
      const answer = await verb(systemActor({ name: "Command line" }), values);
      process.stdout.write(
        values.format === "json" ? `${JSON.stringify(answer.json)}\n` : `${answer.lines.join("\n")}\n`,
      );
      return answer.isBad ? 1 : 0;
    } finally {
      await closeDatabase();
    }
  } catch (error) {
    const message = explain(error);
    if (message === null) throw error;
    process.stderr.write(`${message}\n`);
    return 2;
  }
}

async function runBackup(verb: "backup" | "restore", file: string | undefined): Promise<number> {
  if (file === undefined) throw new InputError(`Say which file: admin ${verb} <file>`);
  pointAtInstallation();
  const { backup, restore } = await import("./admin-backup.ts");
  const { closeDatabase } = await import("#store/client.ts");
  try {
    if (verb === "backup") {
      const { tables, bytes } = await backup(file);
      process.stdout.write(
        `${tables} tables in ${bytes} bytes. Keep BREAKWATER_SECRET (or the file "secret" of the data folder) with it.\n`,
      );
    } else {
      const { tables, createdAt } = await restore(file);
      process.stdout.write(
        `${tables} tables restored as of ${createdAt}. Start Breakwater again with the key that belongs to it.\n`,
      );
    }
    return 0;
  } finally {
    await closeDatabase();
  }
}

async function createUserVerb(actor: Actor, values: Values): Promise<Answer> {
  const { createUser } = await import("#commands/create-user.ts");
  const email = required(values.email, "--email");
  const input = { email, name: values.name ?? email, role: values.role ?? "viewer", ...(await givenPassword(values)) };
  const { id, oneTimePassword } = await createUser(actor, input);
  return {
    json: { id, email, role: input.role, oneTimePassword },
    lines: [`Made the account ${email} with the role ${input.role}.`, ...passwordLines(oneTimePassword)],
  };
}

async function resetPasswordVerb(actor: Actor, values: Values): Promise<Answer> {
  const { resetPassword } = await import("#commands/reset-password.ts");
  const { userByEmail } = await import("#store/account/user.ts");
  const email = required(values.email, "--email");
  const user = await userByEmail(email);
  if (!user) throw new InputError(`There is no account for ${email}.`);
  const { oneTimePassword } = await resetPassword(actor, { userId: user.id, ...(await givenPassword(values)) });
  return {
    json: { id: user.id, email: user.email, oneTimePassword },
    lines: [`Replaced the password of ${user.email} and ended the sessions.`, ...passwordLines(oneTimePassword)],
  };
}

async function createTokenVerb(actor: Actor, values: Values): Promise<Answer> {
  const { createToken } = await import("#commands/create-token.ts");
  const [scopeKind, scopeId] = (values.scope ?? "").split(":", 2);
  const made = await createToken(actor, {
    kind: required(values.kind, "--kind"),
    name: required(values.name, "--name"),
    ...(values.role ? { role: values.role } : {}),
    ...(values.scope ? { scopeKind, scopeId } : {}),
    ...(values.days === undefined ? {} : { expiresInDays: values.days === "never" ? null : Number(values.days) }),
    ...(values.uses === undefined ? {} : { usesLeft: Number(values.uses) }),
    ...(values.from ? { allowedAddresses: values.from } : {}),
  });
  return {
    json: { ...made },
    lines: [made.token, `It ends ${made.expiresAt ?? "never"} and is not shown again.`],
  };
}

async function verifyFiguresVerb(): Promise<Answer> {
  const { clock } = await import("#clock.ts");
  const { countDirtyMarks } = await import("#store/count/dirty-marks.ts");
  const { verifyFigures } = await import("#store/count/verify-figures.ts");
  const waiting = await countDirtyMarks();
  const found = await verifyFigures(clock.now());
  const { registries, places, findings, total, differences } = found;
  return {
    json: { ...found, waiting },
    lines: [
      `${registries} registries, ${places} places of images, ${findings} open findings counted anew: ${total === 0 ? "every stored figure is equal" : `${total} stored figures differ`}.`,
      ...(waiting > 0 ? [`${waiting} changes wait to be counted, so that figures may follow.`] : []),
      ...differences.map(({ what, figure, stored, counted }) => `${what}: ${figure} is ${stored}, counted ${counted}`),
    ],
    isBad: total > 0 && waiting === 0,
  };
}

function required(value: string | undefined, name: string): string {
  if (!value) throw new InputError(`${name} is needed. See admin --help`);
  return value;
}

async function givenPassword(values: Values): Promise<{ password?: string }> {
  if (!values["password-stdin"]) return {};
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
  return { password: text.replace(/\r?\n$/, "") };
}

function passwordLines(oneTimePassword: string | null): string[] {
  if (oneTimePassword === null) return [];
  return [
    `One-time password: ${oneTimePassword}`,
    "It works for 7 days, must be changed at the first sign-in and is not shown again.",
  ];
}

/** One line for what a person can put right; null for a fault of the program. */
function explain(error: unknown): string | null {
  if (error instanceof z.ZodError)
    return error.issues.map((issue) => `${issue.path.join(".") || "input"} ${issue.message}`).join("; ");
  if (error instanceof InputError || error instanceof AppError) return oneLine(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("ERR_PARSE_ARGS")) return `${oneLine(error)} See admin --help`;
  if (code === "ECONNREFUSED") return "The database does not answer. Start Breakwater first, or check DATABASE_URL.";
  return null;
}
