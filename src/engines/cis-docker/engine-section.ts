import { z } from "zod";
import { count, flag, map, section, text, texts } from "../kit/section.ts";

export const Info = z.object({
  Name: text,
  /** Only Podman has it. */
  BuildahVersion: text,
  Containers: count,
  ContainersRunning: count,
  ContainersPaused: count,
  ContainersStopped: count,
  Images: count,
  Driver: text,
  DriverStatus: z.array(z.array(z.string())).nullish(),
  LoggingDriver: text,
  CgroupDriver: text,
  CgroupVersion: text,
  OperatingSystem: text,
  OSType: text,
  KernelVersion: text,
  Architecture: text,
  DockerRootDir: text,
  SecurityOptions: texts,
  LiveRestoreEnabled: flag,
  ExperimentalBuild: flag,
  Debug: flag,
  MemoryLimit: flag,
  PidsLimit: flag,
  MemTotal: count,
  Warnings: texts,
  DefaultRuntime: text,
  Runtimes: z.record(z.string(), z.object({ path: text }).nullable()).nullish(),
  Plugins: z.object({ Authorization: texts, Log: texts }).nullish(),
  FirewallBackend: z.object({ Driver: text }).nullish(),
  Labels: texts,
  RegistryConfig: z
    .object({
      InsecureRegistryCIDRs: texts,
      IndexConfigs: z.record(z.string(), z.object({ Secure: flag, Official: flag }).nullable()).nullish(),
    })
    .nullish(),
  Swarm: z
    .object({
      NodeID: text,
      NodeAddr: text,
      LocalNodeState: text,
      ControlAvailable: flag,
      Managers: count,
      Nodes: count,
      RemoteManagers: z.array(z.object({ Addr: text })).nullish(),
    })
    .nullish(),
});
export const Version = z.object({
  Version: text,
  ApiVersion: text,
  MinAPIVersion: text,
  Experimental: flag,
  Components: z.array(z.object({ Name: z.string(), Version: text, Details: map })).nullish(),
});
export const Network = z.object({
  Name: z.string(),
  Id: z.string(),
  Driver: text,
  Scope: text,
  Ingress: flag,
  Internal: flag,
  Options: map,
});
const SwarmService = z.object({
  ID: text,
  Spec: z
    .object({
      Name: text,
      TaskTemplate: z
        .object({
          ContainerSpec: z
            .object({ Image: text, Env: texts, Secrets: z.array(z.object({ SecretName: text })).nullish() })
            .nullish(),
          RestartPolicy: z.object({ Condition: text, MaxAttempts: count }).nullish(),
          Networks: z.array(z.object({ Target: text })).nullish(),
        })
        .nullish(),
      EndpointSpec: z
        .object({ Ports: z.array(z.object({ PublishedPort: count, PublishMode: text })).nullish() })
        .nullish(),
    })
    .nullish(),
  /** What is in effect: ports that the swarm chose by itself among them. */
  Endpoint: z
    .object({ Ports: z.array(z.object({ PublishedPort: count, PublishMode: text })).nullish() })
    .nullish()
    .catch(null),
});
export const Swarm = z.object({
  swarm: section(
    z.object({
      ID: text,
      CreatedAt: text,
      UpdatedAt: text,
      RootRotationInProgress: flag,
      Spec: z
        .object({
          EncryptionConfig: z.object({ AutoLockManagers: flag }).nullish(),
          CAConfig: z.object({ NodeCertExpiry: count }).nullish(),
        })
        .nullish(),
      TLSInfo: z.object({ TrustRoot: text }).nullish(),
    }),
  ),
  nodes: section(
    z.array(
      z.object({
        ID: text,
        Spec: z.object({ Role: text }).nullish(),
        ManagerStatus: z.object({ Leader: flag, Reachability: text }).nullish(),
      }),
    ),
  ),
  services: section(z.array(SwarmService)),
  secrets: section(z.array(z.unknown())),
});
export const Volumes = z.object({
  volumes: z
    .object({
      Volumes: z.array(z.object({ Name: text, Driver: text, Mountpoint: text, Options: map })).nullish(),
    })
    .nullish(),
});
