/** Where the agent lives on a host. */
const FOLDER = "/opt/breakwater-agent";

/** What a server hands out. `machine` is what `uname -sm` says where the executable runs. */
export interface AgentFiles {
  server: string;
  sha256: string;
  executable?: { machine: string; sha256: string } | undefined;
}

/**
 * Shell script that installs the agent as a systemd unit with the least rights that its evidence needs (reference: agent
 * facts). It refuses a file whose sum differs, and can be run again to update. Where Node 22.18 is missing it takes the single executable, if
 * this server has one for the host's kind of machine.
 */
export function installScript({ server, sha256, executable }: AgentFiles): string {
  return `#!/bin/sh
# Installs the Breakwater agent on this Docker host. It only reads: configuration, file metadata and the engine's answers.
# Usage: BREAKWATER_ENROL_TOKEN=bw_enrol_... sh install.sh
set -eu
server='${server}'
sum='${sha256}'
executable='${executable?.machine ?? ""}'
executable_sum='${executable?.sha256 ?? ""}'
fail() { echo "$1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "Run this as root: the agent reads files that only root may read."
[ -n "\${BREAKWATER_ENROL_TOKEN:-}" ] || [ -f /var/lib/breakwater-agent/state.json ] || fail "Set BREAKWATER_ENROL_TOKEN to the token of the page Connect, Docker host."
command -v systemctl >/dev/null || fail "This host has no systemd. Run the agent as a container: see the page Connect, Docker host."
node=$(command -v node || true)
name=breakwater-agent.mjs
if [ -z "$node" ] || ! "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'; then
  [ -n "$executable" ] && [ "$(uname -sm)" = "$executable" ] || fail "This host has no Node 22.18 or newer, and this server has no single executable for $(uname -sm). Run the agent as a container: see the page Connect, Docker host."
  name=breakwater-agent node= sum=$executable_sum
fi
umask 077
mkdir -p ${FOLDER} /var/lib/breakwater-agent
temporary=$(mktemp ${FOLDER}/.new.XXXXXX)
trap 'rm -f "$temporary"' EXIT
if command -v curl >/dev/null; then curl -fsS -o "$temporary" "$server/api/v1/agent/$name"; else wget -qO "$temporary" "$server/api/v1/agent/$name"; fi
echo "$sum  $temporary" | sha256sum -c - >/dev/null || fail "The downloaded agent does not have the expected SHA-256. Nothing was installed."
mv "$temporary" "${FOLDER}/$name"
trap - EXIT
chmod 0755 "${FOLDER}/$name"
if [ -n "\${BREAKWATER_ENROL_TOKEN:-}" ]; then printf '%s\\n' "$BREAKWATER_ENROL_TOKEN" > /var/lib/breakwater-agent/enrol-token; fi
cat > /etc/systemd/system/breakwater-agent.service <<UNIT
${systemdUnit(server)}UNIT
systemctl daemon-reload
systemctl enable --now breakwater-agent.service
echo "The agent is running. Its first report shows on $server within a minute."
`;
}

/** The systemd unit: root for reading, and nothing else that root may do. */
export function systemdUnit(server: string): string {
  return `[Unit]
Description=Breakwater agent
After=network-online.target docker.service
Wants=network-online.target

[Service]
ExecStart=$node ${FOLDER}/$name run --server ${server} --enrol-token-file /var/lib/breakwater-agent/enrol-token
Restart=always
RestartSec=10
StateDirectory=breakwater-agent
StateDirectoryMode=0700
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_AUDIT_CONTROL
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
RestrictSUIDSGID=yes
MemoryMax=256M

[Install]
WantedBy=multi-user.target
`;
}

/**
 * A compose file that builds the agent's container from the fetched bundle beside it and runs it with read-only mounts. The image
 * gets getfacl and auditctl, without which access lists and the kernel's audit rules stay unread. Needs Compose 2.17.
 */
export function composeFile(server: string, token: string): string {
  return `services:
  breakwater-agent:
    build:
      context: .
      dockerfile_inline: |
        FROM docker.io/library/node:26-slim
        RUN apt-get update && apt-get install -y --no-install-recommends acl auditd && rm -rf /var/lib/apt/lists/*
        COPY breakwater-agent.mjs /agent/breakwater-agent.mjs
        ENTRYPOINT ["node", "/agent/breakwater-agent.mjs"]
    command: ["run", "--server", "${server}"]
    environment:
      BREAKWATER_ENROL_TOKEN: "${token}"
      HOST_ROOT: /host
    pid: host
    network_mode: host
    read_only: true
    cap_drop: [ALL]
    cap_add: [AUDIT_CONTROL, SYS_PTRACE, DAC_READ_SEARCH]
    security_opt: ["no-new-privileges:true"]
    restart: unless-stopped
    labels: { "breakwater.agent": "true" }
    volumes:
      - /:/host:ro,rslave
      - /var/run/docker.sock:/var/run/docker.sock:ro
      - breakwater-agent:/var/lib/breakwater-agent
volumes:
  breakwater-agent: {}
`;
}

/** One line to paste on a host. */
export function installLine(server: string, token: string): string {
  return `curl -fsS ${server}/api/v1/agent/install.sh | sudo BREAKWATER_ENROL_TOKEN=${token} sh`;
}

/** For golden images and scale sets. */
export function cloudInit(server: string, token: string): string {
  return `#cloud-config
runcmd:
  - [sh, -c, "curl -fsS ${server}/api/v1/agent/install.sh | BREAKWATER_ENROL_TOKEN=${token} sh"]
`;
}

/** For an inventory of hosts. */
export function ansibleTask(server: string, token: string): string {
  return `- name: Install the Breakwater agent
  become: true
  ansible.builtin.shell: curl -fsS ${server}/api/v1/agent/install.sh | sh
  args:
    creates: /etc/systemd/system/breakwater-agent.service
  environment:
    BREAKWATER_ENROL_TOKEN: "${token}"
`;
}
