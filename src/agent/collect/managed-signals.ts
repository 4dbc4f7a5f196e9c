import { request } from "node:http";
import type { HostProcess } from "./daemon-process.ts";
import type { HostRoot } from "./host-root.ts";

const signalFiles = [
  "/etc/kubernetes/azure.json",
  "/opt/azure/containers",
  "/var/lib/waagent",
  "/var/lib/kubelet",
  "/databricks",
  "/local_disk0",
  "/databricks/spark",
];
const IMDS_TIMEOUT_MS = 1000;

/** Facts that tell a host run by AKS or Databricks: files that exist, kubelet's options, variables by name, cloud metadata. */
export async function managedSignals(root: HostRoot, processes: HostProcess[]) {
  const present = await Promise.all(signalFiles.map(async (path) => ((await root.file(path)).exists ? [path] : [])));
  const environment = (await root.textIfReadable("/proc/1/environ")) ?? "";
  const etcEnvironment = (await root.textIfReadable("/etc/environment")) ?? "";
  const isOnAzure = /Microsoft|7783-7084-3265-9085-8269-3286-77/.test(
    `${await root.textIfReadable("/sys/class/dmi/id/sys_vendor")}${await root.textIfReadable("/sys/class/dmi/id/chassis_asset_tag")}`,
  );
  return {
    files: present.flat(),
    processes: processes
      .filter((process) => process.comm === "kubelet")
      .map((process) => process.argv.filter((word) => !/token|password|secret/i.test(word)).join(" ")),
    environment: [...environment.split("\u0000"), ...etcEnvironment.split("\n")].some((entry) =>
      entry.startsWith("DATABRICKS_RUNTIME_VERSION="),
    )
      ? ["DATABRICKS_RUNTIME_VERSION"]
      : [],
    // Other clouds and bare metal are not asked: the address means nothing there and would only cost its time-out.
    imds: isOnAzure ? await instanceMetadata() : null,
  };
}

/** Azure's instance metadata (no proxy, one second): only the fields that tell a managed node. */
async function instanceMetadata() {
  const body = await new Promise<string | null>((resolve) => {
    const call = request(
      {
        host: "169.254.169.254",
        path: "/metadata/instance/compute?api-version=2021-02-01",
        headers: { Metadata: "true" },
        timeout: IMDS_TIMEOUT_MS,
      },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
          if (text.length > 1_000_000) response.destroy();
        });
        response.on("end", () => resolve(text));
        response.on("error", () => resolve(null));
      },
    );
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(null));
    call.end();
  });
  try {
    const compute = JSON.parse(body ?? "null");
    if (!compute) return null;
    const tags: Record<string, string> = {};
    for (const tag of Array.isArray(compute.tagsList) ? compute.tagsList : []) {
      const name = String(tag?.name ?? "");
      if (/^(aks-managed-|Vendor$|Cluster(Id|Name)$|DatabricksInstanceGroupId$)/.test(name))
        tags[name] = String(tag?.value ?? "");
    }
    return {
      name: compute.name,
      resourceGroupName: compute.resourceGroupName,
      vmScaleSetName: compute.vmScaleSetName,
      tags,
    };
  } catch {
    return null;
  }
}
