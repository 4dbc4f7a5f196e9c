import type { TokenKind } from "#domain/token-kind.ts";

/** What each kind of token is for, and what stops when it is revoked. */
export const tokenKindWords: Record<TokenKind, { label: string; meaning: string; loss: string }> = {
  api: {
    label: "API",
    meaning: "A script or tool that reads or changes what a person with this role could.",
    loss: "Scripts that use it get 401 from now on.",
  },
  enrol: {
    label: "Enrol",
    meaning: "New Docker hosts exchange it for a token of their own, as often as you allow.",
    loss: "No further host can enrol with it. Hosts that did keep their own tokens.",
  },
  agent: {
    label: "Agent",
    meaning: "One host or cluster sends its reports. Made when it enrols.",
    loss: "Its host or cluster can no longer report, and shows as silent.",
  },
  sensor: {
    label: "Sensor",
    meaning: "A runtime sensor of one host or cluster, for example Falco, sends events.",
    loss: "Its sensor's events are refused from now on.",
  },
  webhook: {
    label: "Webhook",
    meaning: "One registry tells Breakwater about pushes. Made when you connect it.",
    loss: "Pushes of its registry are noticed only by the regular check from now on.",
  },
};
