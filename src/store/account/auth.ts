import { hkdfSync } from "node:crypto";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { APIError } from "better-auth/api";
import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { passwordLength } from "#domain/account-input.ts";
import { prisma } from "#store/client.ts";
import { selectFirst, sql } from "#store/sql.ts";

const SESSION_SECONDS = 7 * 86_400;

/** Set by our own route from the socket and the trusted proxies; the library never sees a client's X-Forwarded-For. */
export const CLIENT_HEADER = "x-breakwater-client";

const create = () =>
  betterAuth({
    appName: "Breakwater",
    baseURL: config().publicUrl,
    basePath: "/api/auth",
    secret: Buffer.from(hkdfSync("sha256", config().secret, "", "breakwater sessions v1", 32)).toString("hex"),
    database: prismaAdapter(prisma(), { provider: "postgresql" }),
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
    },
    user: {
      additionalFields: {
        role: { type: "string", required: false, input: false },
        banned: { type: "boolean", required: false, input: false },
        passwordExpiresAt: { type: "date", required: false, input: false },
      },
    },
    session: { expiresIn: SESSION_SECONDS, updateAge: 86_400, cookieCache: { enabled: false } },
    // Sign-in has limits of our own (commands/answer-auth-request.ts), which do not count what succeeds.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: "breakwater",
      useSecureCookies: config().publicUrl.startsWith("https://"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: [CLIENT_HEADER] },
    },
    databaseHooks: { session: { create: { before: refuseClosedAccounts } } },
    logger: { disabled: true },
  });

export type Auth = ReturnType<typeof create>;
let instance: Auth | undefined;

/** The one better-auth instance of this process. Only e-mail sign-in, sign-out and session reading are used of it. */
export function auth(): Auth {
  if (config().secret.length < 32) throw new Error("BREAKWATER_SECRET is not set, so nobody can sign in");
  instance ??= create();
  return instance;
}

/** Runs after the password was found right and before a session exists, so it tells strangers nothing. */
async function refuseClosedAccounts(session: { userId: string }): Promise<void> {
  const user = await selectFirst(
    z.object({ banned: z.boolean(), passwordExpiresAt: z.date().nullable() }),
    sql`select banned, password_expires_at as "passwordExpiresAt" from app_user where id = ${session.userId}`,
  );
  if (!user || user.banned) {
    throw new APIError("FORBIDDEN", { message: "This account is disabled. Ask a Breakwater admin to enable it." });
  }
  if (user.passwordExpiresAt && user.passwordExpiresAt < clock.now()) {
    throw new APIError("FORBIDDEN", {
      message: "The one-time password has expired. Ask a Breakwater admin for a new one.",
    });
  }
}
