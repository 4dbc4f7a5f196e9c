/** Names of the sections of the CIS Docker Benchmark by their number, shorter than its own. */
export const cisDockerSections: Readonly<Record<string, string>> = {
  "1": "Host configuration",
  "2": "Docker daemon",
  "3": "Daemon files",
  "4": "Images and build files",
  "5": "Running containers",
  "6": "Operations",
  "7": "Swarm",
};
