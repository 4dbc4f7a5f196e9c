/**
 * The pages of the tour. `read("view?params")` answers what the API says, so that addresses of real objects can be found.
 * `shots` limits the pictures, `before(tab)` brings the page into a state, `signedOut` opens it without a session.
 */
export async function tourPages(read) {
  const containers = await read("containers");
  const hosts = (await read("containers?type=host"))?.rows ?? [];
  const registry = containers?.rows.find((row) => row.kind === "registry");
  const repositories = registry ? await read(`registries/${registry.rootId}/repositories`) : null;
  const repository = repositories?.rows[0];
  return [
    { name: "containers", path: "/compute/containers" },
    {
      name: "containers-none",
      path: "/compute/containers?q=no-such-name&type=registry",
      shots: ["light", "390-light"],
    },
    { name: "overview", path: "/compute/overview" },
    { name: "coverage", path: "/compute/coverage" },
    { name: "welcome", path: "/welcome" },
    { name: "connect", path: "/connect" },
    { name: "connect-registry", path: "/connect/registry" },
    { name: "connect-host", path: "/connect/host" },
    ...(registry ? registryPages(`/registries/${registry.rootId}`, repository) : []),
    ...(hosts[0] ? await hostPages(read, `/hosts/${hosts[0].rootId}`) : []),
    ...(await findingPages(read)),
  ];
}

/** The worst Docker VM, one of its failing controls open, and its worst container. */
async function hostPages(read, home) {
  const controls = await read(`${home.slice(1)}/controls?status=unhealthy&section=2`);
  const containers = await read(`${home.slice(1)}/containers`);
  const control = controls?.controls[0];
  const container = containers?.rows[0];
  return [
    { name: "host", path: control ? `${home}?control=${control.ruleId}` : home },
    { name: "host-containers", path: `${home}?tab=containers`, shots: ["light", "dark", "390-light"] },
    {
      name: "host-containers-none",
      path: `${home}?tab=containers&q=no-such-name`,
      shots: ["light", "390-light"],
    },
    { name: "host-images", path: `${home}?tab=images`, shots: ["light", "dark", "390-light"] },
    { name: "host-reports", path: `${home}?tab=reports`, shots: ["light", "dark", "390-light"] },
    { name: "host-settings", path: `${home}?tab=settings` },
    ...(container ? [{ name: "container", path: `${home}/containers/${container.containerId}` }] : []),
  ];
}

/** Image and vulnerability pages of the worst flaw, and the pages that every estate has. */
async function findingPages(read) {
  const vulnerabilities = await read("vulnerabilities?sort=images");
  const flaw = vulnerabilities?.rows[0];
  const places = flaw ? await read(`vulnerabilities/${encodeURIComponent(flaw.key)}/placements`) : null;
  const digest = places?.places[0]?.digest;
  return [
    { name: "vulnerabilities", path: "/vulnerabilities" },
    { name: "vulnerabilities-none", path: "/vulnerabilities?q=no-such-flaw", shots: ["light", "390-light"] },
    { name: "vulnerability-unknown", path: "/vulnerabilities/CVE-1999-99999", shots: ["light"] },
    ...(flaw ? [{ name: "vulnerability", path: `/vulnerabilities/${encodeURIComponent(flaw.key)}` }] : []),
    ...(digest ? imagePages(`/images/${digest}`) : []),
    { name: "notices", path: "/notices" },
    { name: "search", path: "/search?q=lib", shots: ["light", "dark", "390-light"] },
    { name: "rule", path: "/rules/image-vulnerabilities-remediated", shots: ["light", "dark", "390-light"] },
    { name: "settings-health", path: "/settings/health" },
    { name: "settings-docker-hosts", path: "/settings/docker-hosts" },
    { name: "settings-exemptions", path: "/settings/exemptions" },
    { name: "settings-advisories", path: "/settings/advisories" },
  ];
}

function imagePages(home) {
  const openPanel = async (tab) => {
    await tab.locator("tr[data-row^='CVE'] button, tr[data-row^='GHSA'] button").first().click();
    await tab.getByRole("heading", { name: "Fix it" }).waitFor();
  };
  return [
    { name: "image", path: home },
    { name: "image-panel", path: home, shots: ["light", "dark", "390-light"], before: openPanel },
    { name: "image-by-vulnerability", path: `${home}?group=vulnerability`, shots: ["light"] },
    { name: "image-none", path: `${home}?q=no-such-flaw`, shots: ["light"] },
    ...["fix-plan", "changes", "packages", "history"].map((tab) => ({
      name: `image-${tab}`,
      path: `${home}?tab=${tab}`,
      shots: ["light", "dark", "390-light"],
    })),
  ];
}

function registryPages(home, repository) {
  return [
    { name: "registry", path: home },
    { name: "registry-images", path: `${home}?tab=images`, shots: ["light", "dark", "390-light"] },
    { name: "registry-events", path: `${home}?tab=events`, shots: ["light", "dark", "390-light"] },
    { name: "registry-settings", path: `${home}?tab=settings` },
    ...(repository ? [{ name: "repository", path: `${home}/repos/${repository.name}` }] : []),
  ];
}
