import type { Principal } from '../principal.ts';

/** Who somebody is or was. Undefined for nobody that is known. */
export type Known = (id: string) => Promise<Principal | undefined>;

/** Look-ups at one time. */
const AT_ONCE = 64;

/** The principals behind these ids, each looked up once. Ids of nobody are left out. */
export const knownAmong = async (
  ids: Iterable<string>,
  known: Known,
): Promise<ReadonlyMap<string, Principal>> => {
  const all = [...new Set(ids)];
  const found = new Map<string, Principal>();
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const principals = await Promise.all(all.slice(at, at + AT_ONCE).map(known));
    for (const principal of principals) if (principal) found.set(principal.id, principal);
  }
  return found;
};
