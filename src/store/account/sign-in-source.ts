import { clock } from "#clock.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

/** Days for which a network counts as one that a person signs in from. */
const KNOWN_DAYS = 180;

const since = () => new Date(clock.now().getTime() - KNOWN_DAYS * 86_400_000);

/** Notes that a person signed in from `source` (an address, or the network that one sender owns), and forgets old ones. */
export async function noteSignInSource(executor: Executor, userId: string, source: string): Promise<void> {
  await execute(
    sql`insert into sign_in_source (user_id, source, last_at) values (${userId}, ${source}, ${clock.now()})
        on conflict (user_id, source) do update set last_at = excluded.last_at`,
    executor,
  );
  await execute(sql`delete from sign_in_source where user_id = ${userId} and last_at < ${since()}`, executor);
}

/** True when the account of this e-mail address signed in from `source` before. */
export async function isKnownSignInSource(email: string, source: string): Promise<boolean> {
  const found = await execute(
    sql`select 1 from sign_in_source s join app_user u on u.id = s.user_id
         where u.email = ${email} and s.source = ${source} and s.last_at >= ${since()}`,
  );
  return found > 0;
}
