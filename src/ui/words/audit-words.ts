import { inWords } from "./in-words.ts";

const actions: Record<string, string> = {
  "advisories.import": "Advisories imported",
  "advisories.refresh": "Feeds asked for news",
  "control.exempt": "Control exempted",
  "control.end-exemption": "Exemption ended",
  "demo.load": "Demo loaded",
  "demo.remove": "Demo removed",
  "exemption.create": "Exempted",
  "exemption.end": "Exemption ended",
  "host.approve": "Docker host approved",
  "host.confirm-control": "Control confirmed by hand",
  "host.create-enrolment": "Enrolment token made",
  "host.enrol": "Docker host enrolled",
  "host.remove": "Docker host removed",
  "host.request-report": "Agent asked to report",
  "host.rotate-token": "Agent token rotated",
  "host.update": "Docker host changed",
  "hosts.update-policy": "Values for Docker hosts changed",
  "image.export": "Image exported",
  "image.rescan": "Image scanned again",
  "job.cancel": "Job cancelled",
  "job.retry": "Job retried",
  "local-agent.start": "Agent of this machine started",
  "local-agent.stop": "Agent of this machine stopped",
  "owner.assign": "Owner assigned",
  "owner.choose-own": "Own owners chosen",
  "owners.update": "Rules for owners changed",
  "registry.connect": "Registry connected",
  "registry.disconnect": "Registry disconnected",
  "registry.resync": "Registry compared again",
  "registry.rotate-credential": "Registry credential replaced",
  "registry.rotate-webhook-token": "Webhook token rotated",
  "registry.test": "Registry connection tried",
  "registry.update": "Registry changed",
  "rule.confirm": "Confirmed by hand",
  "session.sign-in": "Signed in",
  "session.sign-out": "Signed out",
  "setup.complete": "Breakwater set up",
  "token.create": "Token made",
  "token.revoke": "Token revoked",
  "user.change-own-password": "Own password changed",
  "user.change-role": "Role changed",
  "user.create": "Account added",
  "user.delete": "Account deleted",
  "user.disable": "Account disabled",
  "user.enable": "Account enabled",
  "user.reset-password": "Password reset",
};
const outcomes: Record<string, string> = { done: "Done", refused: "Refused", failed: "Failed" };
const actors: Record<string, string> = { user: "Person", token: "API token", system: "Breakwater" };
const targets: Record<string, string> = {
  user: "Account",
  session: "Session",
  token: "Token",
  registry: "Registry",
  host: "Docker host",
  image: "Image",
  job: "Job",
  control: "Control",
  exemption: "Exemption",
  owner: "Owner",
  root: "Registry or host",
  rule: "Rule",
  setting: "Setting",
  vulnerability: "Vulnerability",
  demo: "Demo",
  advisories: "Advisories",
  "advisory-import": "Import of advisories",
};

/** What was done: "session.sign-in" → "Signed in". */
export const auditAction = (action: string) => actions[action] ?? inWords(action);
/** How it ended. */
export const auditOutcome = (outcome: string) => outcomes[outcome] ?? inWords(outcome);
/** Who acts: a person, a token or Breakwater itself. */
export const auditActor = (kind: string) => actors[kind] ?? inWords(kind);
/** What it was done to, without its name. */
export const auditTarget = (kind: string) => targets[kind] ?? inWords(kind);
/** The name of a value that changed: "sessionsEnded" → "Sessions ended". */
export const auditField = (name: string) => inWords(name);
