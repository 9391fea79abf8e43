import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../store/store.ts';
import type { Change } from './contract.ts';

type Members = { readonly [name: string]: Json | undefined };

const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members by which the items of a list are known. */
const NAMES = ['id', 'name'] as const;

/** The items of a list by their ids, if each has an id of its own. */
const byName = (value: Json | undefined): Members | undefined => {
  if (!Array.isArray(value)) return undefined;
  const items: readonly Json[] = value;
  for (const name of NAMES) {
    const ids = items.map((item) => (isMembers(item) ? item[name] : undefined));
    if (ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length) {
      return Object.fromEntries(items.map((item, index) => [ids[index] as string, item]));
    }
  }
  return undefined;
};

const differences = (path: string, before: Json | undefined, after: Json | undefined): readonly Change[] => {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined || after === undefined) {
    return [
      before === undefined
        ? { path, change: 'added', ...(after !== undefined && { after }) }
        : { path, change: 'removed', before },
    ];
  }
  const [from, to] =
    isMembers(before) && isMembers(after) ? [before, after] : [byName(before), byName(after)];
  if (from === undefined || to === undefined) return [{ path, change: 'changed', before, after }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
    differences(path === '' ? name : `${path}.${name}`, member(from, name), member(to, name)),
  );
};

const member = (members: Members, name: string): Json | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

/** Both texts must be trust domain files. A different order, white space or order of members is not a change. */
export const changesBetween = (before: string, after: string): readonly Change[] =>
  differences('', JSON.parse(before) as Json, JSON.parse(after) as Json);
