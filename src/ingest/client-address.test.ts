import { describe, expect, test } from "vitest";
import { addressAllowed, addressGroup, clientAddress, isAddressRange } from "./client-address.ts";

const headers = (peer: string, forwarded?: string) =>
  new Headers({ "x-breakwater-peer": peer, ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }) });

describe("clientAddress", () => {
  const trusted = ["10.0.0.0/8", "2001:db8:ffff::/48"];
  const rows: [name: string, peer: string, forwarded: string | undefined, want: string][] = [
    ["the peer itself", "203.0.113.7", undefined, "203.0.113.7"],
    ["a forged header from outside changes nothing", "203.0.113.7", "198.51.100.1", "203.0.113.7"],
    ["a trusted proxy speaks for its client", "10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["what the client put before it is not believed", "10.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7"],
    ["a chain of trusted proxies is walked through", "10.0.0.1", "203.0.113.7, 10.9.9.9", "203.0.113.7"],
    ["an unreadable entry ends the walk", "10.0.0.1", "203.0.113.7, nonsense", "10.0.0.1"],
    ["only trusted entries: the farthest of them", "10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"],
    ["a trusted proxy without a header", "10.0.0.1", undefined, "10.0.0.1"],
    ["an empty header", "10.0.0.1", " , ", "10.0.0.1"],
    ["IPv4 in IPv6 is IPv4", "::ffff:203.0.113.7", undefined, "203.0.113.7"],
    ["IPv6 proxy, IPv6 client", "2001:db8:ffff::1", "2001:DB8:0:0::7", "2001:db8::7"],
    ["brackets and port", "10.0.0.1", "[2001:db8::7]:4433", "2001:db8::7"],
    ["octal forms are not addresses", "10.0.0.1", "0177.0.0.1", "10.0.0.1"],
    ["no peer", "", "203.0.113.7", "unknown"],
  ];
  test.each(rows)("%s", (_name, peer, forwarded, want) =>
    expect(clientAddress(headers(peer, forwarded), trusted)).toBe(want),
  );

  test("nothing is trusted unless it is named", () => {
    expect(clientAddress(headers("127.0.0.1", "203.0.113.7"), [])).toBe("127.0.0.1");
  });
});

test.each([
  ["10.1.2.3", ["10.0.0.0/8"], true],
  ["11.1.2.3", ["10.0.0.0/8"], false],
  ["10.1.2.3", ["10.1.2.3"], true],
  ["2001:db8::5", ["2001:db8::/32"], true],
  ["2001:db9::5", ["2001:db8::/32", "10.0.0.0/8"], false],
  ["unknown", ["0.0.0.0/0", "::/0"], false],
  ["10.1.2.3", ["nonsense"], false],
])("%s in %j: %s", (address, ranges, want) => expect(addressAllowed(address, ranges)).toBe(want));

test("rate limits count IPv6 by its /64", () => {
  expect(addressGroup("2001:db8:1:2:3::4")).toBe(addressGroup("2001:db8:1:2:ffff::1"));
  expect(addressGroup("2001:db8:1:2::")).not.toBe(addressGroup("2001:db8:1:3::"));
  expect(addressGroup("203.0.113.7")).toBe("203.0.113.7");
  expect(addressGroup("unknown")).toBe("unknown");
});

test.each([
  ["10.0.0.0/8", true],
  ["10.0.0.1", true],
  ["::1", true],
  ["10.0.0.0/33", false],
  ["10.1", false],
  ["", false],
  ["host.example", false],
])("range %j: %s", (text, want) => expect(isAddressRange(text)).toBe(want));
