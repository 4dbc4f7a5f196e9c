import { expect, it } from "vitest";
import { imageReference } from "./image-reference.ts";

it.each([
  ["nginx", "docker.io", "library/nginx", "latest"],
  ["nginx:1.27", "docker.io", "library/nginx", "1.27"],
  ["acme/shop:v1", "docker.io", "acme/shop", "v1"],
  ["index.docker.io/library/nginx", "docker.io", "library/nginx", "latest"],
  ["registry.example.com/shop/web:2", "registry.example.com", "shop/web", "2"],
  ["Registry.Example.com:5000/web", "registry.example.com:5000", "web", "latest"],
  ["localhost/web:x", "localhost", "web", "x"],
  ["127.0.0.1:5000/a/b/c:1.0-rc_1", "127.0.0.1:5000", "a/b/c", "1.0-rc_1"],
])("%s", (text, registry, repository, tag) => {
  expect(imageReference(text)).toEqual({ registry, repository, tag });
});

it.each([
  "",
  "a".repeat(64),
  `sha256:${"a".repeat(64)}`,
  `registry.example.com/web@sha256:${"a".repeat(64)}`,
  `registry.example.com/web:1@sha256:${"a".repeat(64)}`,
  "registry.example.com/",
  "registry.example.com/UPPER",
  "web:",
  "web:a b",
  "<script>",
])("%j names no tag", (text) => {
  expect(imageReference(text)).toBeNull();
});
