import { expect, test } from "vitest";
import { isKnownHost } from "./known-host.ts";

const names = {
  publicUrl: "https://breakwater.example.com",
  host: "10.0.0.5",
  allowedHosts: ["web", "alias.example:8443"],
};

test.each([
  { host: null, want: true },
  { host: "breakwater.example.com", want: true },
  { host: "BREAKWATER.example.com:443", want: true },
  { host: "localhost:3000", want: true },
  { host: "127.0.0.1:3000", want: true },
  { host: "[::1]:3000", want: true },
  { host: "10.0.0.5", want: true },
  { host: "192.0.2.7:80", want: true },
  { host: "web:3000", want: true },
  { host: "alias.example", want: true },
  { host: "evil.example", want: false },
  { host: "breakwater.example.com.evil.example", want: false },
  { host: "127.0.0.1.evil.example:3000", want: false },
  { host: "localhost.evil.example", want: false },
  { host: "a@127.0.0.1", want: false },
  { host: "", want: false },
  { host: "127.0.0.1/", want: false },
])("$host", ({ host, want }) => {
  expect(isKnownHost(host, names)).toBe(want);
});
