// What the launcher reads and writes of the database for the agent of this machine, over one connection of its own.
import pg from "pg";

/** The row says at least this often that the launcher is there. */
const SIGN_OF_LIFE_MS = 10_000;

export class LocalAgentRow {
  #id;
  #url;
  #onWish;
  #client;
  #written = "";
  #writtenAt = 0;

  /** `onWish` is called when somebody changed the wish; reading it is up to the caller. */
  constructor(id, { url, onWish }) {
    this.#id = id;
    this.#url = url;
    this.#onWish = onWish;
  }

  /** `{ isWanted, by, at }`, `at` in ms; null while nobody ever wished. */
  async readWish() {
    const rows = await this.#query(
      `select is_wanted as "isWanted", wanted_by as by, (extract(epoch from wanted_at) * 1000)::float8 as at from local_agent where id = $1`,
      [this.#id],
    );
    return rows[0] ?? { isWanted: false, by: null, at: null };
  }

  /** Nobody wishes for it any more, because what it was for is gone. */
  async dropWish() {
    await this.#query("update local_agent set is_wanted = false where id = $1", [this.#id]);
  }

  /** `{ state, removedAt }` of a host, `removedAt` in ms; undefined when it does not exist. */
  async readHost(hostId) {
    if (!hostId) return undefined;
    const rows = await this.#query(
      `select state, (extract(epoch from removed_at) * 1000)::float8 as "removedAt" from host where id = $1`,
      [hostId],
    );
    return rows[0];
  }

  /** Another host that is this same machine: its id, or null. */
  async findTwin(machineIdHash, ownHostId) {
    if (!machineIdHash) return null;
    const rows = await this.#query(
      `select id from host where machine_id_hash = $1 and removed_at is null and parent_host_id is null and id is distinct from $2::uuid order by created_at, id limit 1`,
      [machineIdHash, ownHostId],
    );
    return rows[0]?.id ?? null;
  }

  /** The host is listed as silent, with the reason, and so are the machine's other engines. */
  async markStopped(hostId, reason) {
    await this.#query(
      `with h as (update host set state = 'unreachable', state_reason = $2 where (id = $1 or parent_host_id = $1) and removed_at is null returning id),
            s as (update resource_summary set state = 'unreachable', state_reason = $2, updated_at = now() where root_id in (select id from h))
       insert into change (topic) select distinct unnest(array['containers', 'host:' || id::text]) from h`,
      [hostId, reason],
    );
    await this.#query("notify breakwater_change");
  }

  /** Writes the state when it differs from what was written, and every 10 s that the launcher is there. */
  async write(state) {
    const values = [
      this.#id,
      state.hostname,
      state.account,
      state.isRoot,
      JSON.stringify(state.sockets),
      state.state,
      state.socket,
      state.problem,
      state.lastError,
      state.pid,
      state.restarts,
      state.hostId,
      state.twinHostId,
    ];
    const text = JSON.stringify(values);
    const isNew = text !== this.#written;
    if (!isNew && Date.now() - this.#writtenAt < SIGN_OF_LIFE_MS) return;
    await this.#query(
      `insert into local_agent (id, hostname, account, is_root, sockets, state, socket, problem, last_error, pid, restarts, host_id, twin_host_id, seen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now())
       on conflict (id) do update set hostname = excluded.hostname, account = excluded.account, is_root = excluded.is_root, sockets = excluded.sockets,
         state = excluded.state, socket = excluded.socket, problem = excluded.problem, last_error = excluded.last_error, pid = excluded.pid,
         restarts = excluded.restarts, host_id = excluded.host_id, twin_host_id = excluded.twin_host_id, seen_at = excluded.seen_at`,
      values,
    );
    if (isNew) {
      await this.#query("insert into change (topic) values ('local-agents')");
      await this.#query("notify breakwater_change");
    }
    this.#written = text;
    this.#writtenAt = Date.now();
  }

  /** Forgets the connection after a failure; the next question opens another. */
  drop() {
    const client = this.#client;
    this.#client = undefined;
    this.#written = "";
    client?.end().catch(() => {});
  }

  /** Says goodbye: the launcher is not there any more. */
  async close() {
    const client = this.#client;
    if (!client) return;
    await client
      .query("update local_agent set seen_at = 'epoch', state = 'absent', pid = null where id = $1", [this.#id])
      .catch(() => {});
    this.drop();
  }

  async #query(text, values = []) {
    if (!this.#client) {
      const client = new pg.Client({ connectionString: this.#url, application_name: "breakwater-local-agent" });
      client.on("error", () => this.drop());
      client.on("notification", () => this.#onWish());
      await client.connect();
      this.#client = client;
      await client.query("listen breakwater_local_agent");
    }
    const { rows } = await this.#client.query(text, values);
    return rows;
  }
}
