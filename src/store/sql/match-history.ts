import { sql } from "../sql.ts";

/**
 * What an entry of `package_advisory_history` means for those who have the package: `introduced`, `fixed` or `other`. The entry
 * gives `change`, `was_hidden` and `is_hidden`; a match that went in or out of hiding was introduced or fixed.
 */
export const changeOfHistory = sql`
  case when change = 'new' and is_hidden is null then 'introduced'
       when change = 'resolved' and was_hidden is null then 'fixed'
       when change = 'changed' and was_hidden is not null and is_hidden is null then 'introduced'
       when change = 'changed' and was_hidden is null and is_hidden is not null then 'fixed'
       else 'other' end`;
