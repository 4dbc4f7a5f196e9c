/**
 * The pages of the tour. `read("view?params")` answers what the API says, so that addresses of real objects can be found.
 * `shots` limits the pictures, `before(tab)` brings the page into a state, `signedOut` opens it without a session.
 */
export async function tourPages(read) {
  const containers = await read("containers");
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
    ...(registry ? registryPages(`/registries/${registry.rootId}`, repository) : []),
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
