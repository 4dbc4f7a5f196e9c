import { z } from "zod";

/** Shortest and longest password. Length is the only rule: anything may be pasted, nothing is required inside. */
export const passwordLength = { min: 12, max: 128 } as const;

export const Password = z
  .string()
  .min(passwordLength.min, `must have at least ${passwordLength.min} characters`)
  .max(passwordLength.max, `must have at most ${passwordLength.max} characters`);

/** An address as it is stored: trimmed and in lower case. */
export const EmailAddress = z
  .string()
  .trim()
  .max(254, "must have at most 254 characters")
  .toLowerCase()
  .pipe(z.email("must be an e-mail address, for example ops@example.com"));

/** The name that others see. */
export const PersonName = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(100, "must have at most 100 characters")
  .regex(/^[^\p{Cc}]*$/u, "must not contain control characters");

export const UserId = z.string().min(1).max(64);
