import { z } from "zod";
import { count, flag, map, text, texts } from "../kit/section.ts";

export const ContainerSummary = z.object({
  Id: z.string(),
  Names: texts,
  Image: text,
  ImageID: text,
  State: text,
  Status: text,
  Created: count,
  Labels: map,
  HostConfig: z.object({ NetworkMode: text }).nullish().catch(null),
  Mounts: z
    .array(z.object({ Type: text, Name: text, Source: text, Destination: text, RW: flag, Propagation: text }))
    .nullish()
    .catch(null),
});
const Binding = z.object({ HostIp: text, HostPort: text });
const Bindings = z.record(z.string(), z.array(Binding).nullable()).nullish();
export const Health = z.object({ Test: texts }).nullish();
export const ContainerInspect = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: text,
  Image: text,
  AppArmorProfile: text,
  ProcessLabel: text,
  MountLabel: text,
  State: z.object({
    Status: text,
    Running: flag,
    Paused: flag,
    Restarting: flag,
    Pid: count,
    StartedAt: text,
    FinishedAt: text,
    Health: z.object({ Status: text }).nullish(),
  }),
  HostConfig: z.object({
    Binds: texts,
    NetworkMode: text,
    PortBindings: Bindings,
    AutoRemove: flag,
    CapAdd: texts,
    CapDrop: texts,
    CgroupnsMode: text,
    IpcMode: text,
    PidMode: text,
    Privileged: flag,
    PublishAllPorts: flag,
    ReadonlyRootfs: flag,
    SecurityOpt: texts,
    UTSMode: text,
    UsernsMode: text,
    CpuShares: count,
    Memory: count,
    NanoCpus: count,
    CgroupParent: text,
    CpuPeriod: count,
    CpuQuota: count,
    CpusetCpus: text,
    MemoryReservation: count,
    PidsLimit: count,
    DeviceCgroupRules: texts,
    Devices: z.array(z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })).nullish(),
    DeviceRequests: z.array(z.unknown()).nullish(),
    Ulimits: z.array(z.object({ Name: z.string(), Hard: z.number(), Soft: z.number() })).nullish(),
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: count }).nullish(),
    LogConfig: z.object({ Type: text, Config: map }).nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: text,
        Name: text,
        Source: text,
        Destination: text,
        Driver: text,
        RW: flag,
        Propagation: text,
      }),
    )
    .nullish(),
  Config: z.object({
    User: text,
    Env: texts,
    Image: text,
    Labels: map,
    Healthcheck: Health,
    Cmd: texts,
    Entrypoint: texts,
  }),
  NetworkSettings: z
    .object({ Ports: Bindings, Networks: z.record(z.string(), z.object({ NetworkID: text }).nullable()).nullish() })
    .nullish(),
  ImageManifestDescriptor: z.object({ digest: text }).nullish(),
});
export type ContainerInspect = z.infer<typeof ContainerInspect>;
export const Top = z.object({ Titles: texts, Processes: z.array(z.array(z.string())).nullish() });
