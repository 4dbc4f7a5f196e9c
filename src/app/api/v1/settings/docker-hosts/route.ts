import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { updateHostsPolicy } from "#commands/update-hosts-policy.ts";
import { HostsPolicy, HostsPolicyParams, hostsPolicy } from "#queries/host/hosts-policy-view.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What the site expects of its Docker hosts, and which hosts say otherwise",
  query: HostsPolicyParams,
  result: HostsPolicy,
  handle: ({ actor, query }) => hostsPolicy(actor, query),
});

export const PUT = apiRoute({
  role: "admin",
  summary: "Replaces what the site expects of its Docker hosts; every host's last report is assessed again",
  body: z.record(z.string(), z.unknown()),
  result: z.object({ hosts: z.number() }),
  handle: ({ actor, body }) => updateHostsPolicy(actor, body),
});
