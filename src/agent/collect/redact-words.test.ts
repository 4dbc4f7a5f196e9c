import { describe, expect, test } from "vitest";
import { redactAnswer, redactCommand, redactHistory } from "./redact.ts";
import { maskCommand, maskProcess } from "./redact-words.ts";

const redaction = { salt: "salt" };

/** Commands as people write them, each with a secret in a form that no list of names would find. */
const leaky: string[][] = [
  ["curl", "--user", "admin:CanaryA7", "h"],
  ["app", '{"user":"a","password":"CanaryC1"}'],
  ["MYSQL_PWD=CanaryC9", "mysql"],
  ["app", "--pwd", "CanaryD8", "--pw", "CanaryB5"],
  ["app", "Server=db;User=a;Pwd=CanaryC5;"],
  ["curl", "-H", "Authorization: Token CanaryA6"],
  ["curl", "-H", "Authorization: ApiKey CanaryE8"],
  ["git", "clone", "https://CanaryE4@github.com/x.git"],
  ["azcopy", "https://a.blob.core.windows.net/c?sv=2022&sig=CanaryC6"],
  ["curl", "-b", "cookie: session=CanaryD4"],
  ["app", "sk-proj-CanaryF2aaaaaaaaaaaaaa", "glpat-CanaryF4aaaaaaaaaaa"],
  ["docker", "login", "-u", "x", "-p", "CanaryB3"],
  ["sshpass", "-p", "CanaryA2", "ssh", "h"],
  ["sshpass", "-pCanaryE7", "ssh", "h"],
  ["openssl", "enc", "-k", "CanaryA3"],
  ["scp", "f", "user:CanaryE2@host"],
  ["sh", "-c", "echo CanaryX1 | passwd --stdin"],
  ["CanaryP1secret0123456789abcdefghij"],
];

describe("words of commands leave the host by default-deny", () => {
  test.each(leaky.map((words) => [words.join(" "), words] as const))("%s", (_, words) => {
    const answer = redactAnswer(
      {
        Config: {
          Cmd: words,
          Entrypoint: null,
          Healthcheck: { Test: ["CMD-SHELL", words.join(" ")] },
        },
        Path: words[0],
        Args: words.slice(1),
        Command: words.join(" "),
        Processes: [["root", "1", "0", words.join(" ")]],
        State: { Health: { Log: [{ Output: words.join(" ") }] } },
      },
      redaction,
    );
    expect(JSON.stringify(answer)).not.toContain("Canary");
  });

  test("what an entrypoint is given is a value from its first word on", () => {
    const answer = redactAnswer({ Entrypoint: ["app"], Cmd: ["CanaryFirst", "--port", "80"] }, redaction);
    expect(answer).toEqual({ Entrypoint: ["app"], Cmd: ["<redacted>", "--port", "<redacted>"] });
  });

  test("programs and names of options stay", () => {
    expect(maskCommand("/usr/sbin/nginx -g daemon off; --user=www")).toBe(
      "/usr/sbin/nginx -g <redacted> --user=<redacted>",
    );
    expect(maskCommand("java -jar app.jar -Dx=y")).toBe("java -jar <redacted> -D<redacted>");
    expect(redactAnswer({ Test: ["NONE"] }, redaction)).toEqual({ Test: ["NONE"] });
    expect(redactAnswer({ Test: ["CMD", "/bin/check"] }, redaction)).toEqual({ Test: ["CMD", "/bin/check"] });
  });

  test("a program that was started by a loader is still named", () => {
    expect(maskProcess("/lib64/ld-linux-x86-64.so.2 /usr/sbin/sshd -D")).toBe(
      "/lib64/ld-linux-x86-64.so.2 /usr/sbin/sshd -D",
    );
    expect(maskProcess("sshd: /usr/sbin/sshd -D [listener]")).toBe("sshd: /usr/sbin/sshd -D <redacted>");
    expect(maskProcess("cat /run/secrets/CanaryName")).toBe("cat <redacted>");
  });

  test("masking what is masked changes nothing", () => {
    for (const words of leaky) expect(maskCommand(maskCommand(words.join(" ")))).toBe(maskCommand(words.join(" ")));
  });
});

describe("labels", () => {
  test("only values of known facts leave the host", () => {
    const labels = redactAnswer(
      {
        Labels: {
          "com.docker.compose.project": "shop",
          team: "payments",
          "org.opencontainers.image.source": "https://CanaryT1@git.example/x",
          conn: "Server=db;Pwd=CanaryL1;",
          "hook.webhook": "https://hooks.slack.com/services/T000/B000/CanaryL3",
          note: "CanaryL4",
          "deploy.env": "https://hooks.slack.com/services/T000/B000/CanaryL5",
        },
      },
      redaction,
    );
    expect(JSON.stringify(labels)).not.toContain("Canary");
    expect(labels).toMatchObject({ Labels: { "com.docker.compose.project": "shop", team: "payments" } });
  });
});

describe("where words are kept, and in build histories, secrets of known forms go", () => {
  test.each([
    "curl --user admin:Canary1 h",
    'app {"user":"a","password":"Canary1"}',
    "MYSQL_PWD=Canary1 mysql",
    "app --pwd Canary1 --pw Canary1",
    "app 'Server=db;Pwd=Canary1;'",
    "curl -H 'Authorization: Token Canary1'",
    "curl -H 'X-Api-Key: Canary1'",
    "git clone https://Canary1@github.com/x.git",
    "azcopy https://a.blob.core.windows.net/c?sv=2022&sig=Canary1",
    "curl -b 'cookie: session=Canary1'",
    "app sk-proj-Canary1aaaaaaaaaaaa",
    "app glpat-Canary1aaaaaaaaaaa",
    "curl https://hooks.slack.com/services/T000/B000/Canary1",
  ])("%s", (text) => {
    expect(redactCommand(text, "salt")).not.toContain("Canary1");
    expect(redactHistory(`RUN /bin/sh -c ${text}`, "salt")).not.toContain("Canary1");
  });
});
