import { z } from "zod";
import { count, flag, lenient, text, texts } from "../kit/section.ts";

export const FileFact = z.object({
  path: z.string(),
  exists: z.boolean(),
  real: text,
  type: text,
  symlink: flag,
  uid: count,
  gid: count,
  /** Octal text such as "0644". */
  mode: text,
  dev: count,
  /** POSIX ACL entries beyond owner, group and others, as `getfacl` prints them. */
  acl: texts,
  /** Why it could not be read: ENOENT, EACCES … */
  code: text,
  /** Unit files and drop-ins carry their text. */
  text: text,
});
export type FileFact = z.infer<typeof FileFact>;

/** State of a container's main process as the kernel sees it; ids of namespaces as `/proc/<pid>/ns/*` links print them. */
const ProcessState = z.object({
  pid: z.number(),
  uid: count,
  hostUid: count,
  noNewPrivs: count,
  seccomp: count,
  capEff: text,
  appArmor: text,
  namespaces: z.record(z.string(), z.string()).nullish(),
  memoryMaxBytes: count,
  pidsMax: count,
  cpuMax: text,
  cpuWeight: count,
  cgroup: text,
});

const hostText = lenient(z.string());
const hostTexts = lenient(z.array(z.string()));

export const Host = z.object({
  hostname: hostText,
  uid: lenient(z.number()),
  groupDocker: hostText,
  /** Users whose primary group is the socket's group, and other lines of the group file that matter. */
  primaryGroupUsers: hostTexts,
  groups: hostTexts,
  /**
   * Who the host's name service knows: the `group:` sources of nsswitch.conf, and what `getent group` answered for the
   * groups above (null = not asked). Group files alone do not tell members from LDAP, SSSD or userdb.
   */
  nameService: lenient(z.object({ sources: texts, groups: texts })),
  passwdUidOfDockerUsers: z.unknown().optional(),
  processes: lenient(z.array(z.object({ pid: z.number(), comm: text, exe: text, argv: texts }))),
  daemonUid: lenient(z.union([z.string(), z.number().transform(String)])),
  daemonArgv: hostTexts,
  daemonExe: hostText,
  /** The container that the agent itself runs in, by id; null on the host itself. */
  agentContainer: hostText,
  /** The engine's socket, as the host names it. */
  socket: hostText,
  configFilePath: hostText,
  configFile: z.unknown().optional(),
  // One file of another form was not collected; in lists whose completeness matters it makes the list unread.
  files: lenient(z.array(FileFact.nullable().catch(null)).transform((files) => files.filter((file) => file !== null))),
  /** What lies at the sources of bind mounts and at devices of volumes, links followed. */
  mountSources: lenient(z.array(FileFact)),
  certsD: lenient(z.array(FileFact)),
  tls: lenient(z.record(z.string(), z.union([FileFact, z.string()]).nullable())),
  units: lenient(z.record(z.string(), z.array(FileFact))),
  mountinfo: hostTexts,
  audit: lenient(
    z.object({
      auditctlPresent: flag,
      auditctl: z.object({ rc: count, out: text, err: text }).nullish(),
      auditctlStatus: text,
      auditRules: text,
      rulesD: z.record(z.string(), z.string().nullable()).nullish(),
      error: z.object({ code: z.string(), message: z.string() }).nullish(),
    }),
  ),
  env: lenient(z.object({ DOCKER_CONTENT_TRUST: text, etcEnvironment: text, profileD: text })),
  /** The unit that the daemon was started from, by the name of its cgroup: `snap.docker.dockerd.service`. */
  daemonUnit: hostText,
  listening: hostTexts,
  /** Listening sockets of containers on the host's network, in the form of `listening`; null = not looked at. */
  containerListening: hostTexts,
  /** Namespaces of the host's first process, as links. */
  namespaces: lenient(z.record(z.string(), z.string())),
  lsm: hostText,
  selinux: hostText,
  cgroup2: lenient(z.boolean()),
  kernel: hostText,
  osRelease: hostText,
  containerProcesses: lenient(z.record(z.string(), ProcessState)),
  /** Facts that tell a host managed by AKS or Databricks. */
  managed: lenient(
    z.object({
      files: texts,
      processes: texts,
      environment: texts,
      imds: z
        .object({
          name: text,
          resourceGroupName: text,
          vmScaleSetName: text,
          tags: z.record(z.string(), z.string()).nullish(),
        })
        .nullish(),
    }),
  ),
  osEndOfLife: hostText,
});
export type HostSection = z.infer<typeof Host>;

/** One privileged or root `docker exec` that the agent saw, and since when it has been watching without a gap. */
export const ExecObservations = z.object({
  watchingSince: z.iso.datetime(),
  until: z.iso.datetime(),
  execs: z.array(
    z.object({
      at: z.iso.datetime(),
      containerId: z.string(),
      container: z.string(),
      command: z.string(),
      privileged: z.boolean(),
      user: z.string(),
    }),
  ),
});
