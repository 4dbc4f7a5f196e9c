/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1): scheme in lower case and its parameters. */
export interface AuthChallenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** Reads every challenge of the header; malformed parts are left out. */
export function parseChallenges(header: string | null): AuthChallenge[] {
  const challenges: AuthChallenge[] = [];
  const text = (header ?? "").slice(0, 8192);
  const token = /\s*(?:,\s*)?([!#$%&'*+.^_`|~\w-]+)(\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  for (;;) {
    const match = token.exec(text);
    if (!match?.[1]) return challenges;
    const name = match[1].toLowerCase();
    if (match[2] === undefined) challenges.push({ scheme: name, parameters: {} });
    else {
      const current = challenges.at(-1);
      if (current) current.parameters[name] = match[4] ?? (match[3] ?? "").replace(/\\(.)/g, "$1");
    }
  }
}
