import type { RouteOfFunction } from '../lambda/grants.ts';

/* Quotas of a load balancer. */

/** Rules of all its listeners, without the default ones. */
export const MAX_RULES = 100;
/** In the conditions of one rule: all values, paths among them, and wildcards (`*`). */
const MAX_VALUES = 5;
const MAX_PATHS = 3;
const MAX_WILDCARDS = 5;

export interface ListenerRule<F> {
  readonly fn: F;
  readonly paths: readonly string[];
  /** Present only where another function has routes on one of these paths. */
  readonly methods?: readonly string[];
}

/**
 * The rules of a listener, first to last: as few for each function as the quotas and the order allow. Longer paths come
 * first, because `*` in a shorter path may also match the longer one. A path joins an earlier rule of its function if
 * the rules that come between keep all their requests. It is left out where a later path of its function takes its requests.
 *
 * Where all routes of a path belong to one function, every method goes to it. The function answers HEAD as GET (RFC
 * 9110 9.3.2), and tells a caller with another method which methods there are (15.5.6).
 */
export const listenerRules = <F>(
  entries: readonly { readonly fn: F; readonly routes: readonly RouteOfFunction[] }[],
): readonly ListenerRule<F>[] => {
  const rules: { fn: F; paths: string[]; methods: string[] }[] = [];
  const places = placesOf(entries);
  for (const [at, place] of places.entries()) {
    if (isTakenLater(place, places.slice(at + 1))) continue;
    const last = rules.findLastIndex((rule) => touches(rule, place));
    const rule = rules.find((one, index) => index >= last && takes(one, place));
    if (rule) rule.paths.push(place.path);
    else rules.push({ fn: place.fn, paths: [place.path], methods: [...place.methods] });
  }
  return rules.map(({ fn, paths, methods }) => ({ fn, paths, ...(methods.length > 0 && { methods }) }));
};

interface Place<F> {
  readonly fn: F;
  readonly path: string;
  /** Empty where the rule is for every method. */
  readonly methods: readonly string[];
}

/** Whether a later place of the function gets what this one matches, and no function that comes between. */
const isTakenLater = <F>(place: Place<F>, later: readonly Place<F>[]): boolean => {
  const at = later.findIndex(
    ({ fn, path, methods }) =>
      fn === place.fn && methods.join() === place.methods.join() && covers(path, place.path),
  );
  return at >= 0 && !later.slice(0, at).some((one) => touches({ ...one, paths: [one.path] }, place));
};

/** Each path of each function once, longer paths first. */
const placesOf = <F>(
  entries: readonly { readonly fn: F; readonly routes: readonly RouteOfFunction[] }[],
): readonly Place<F>[] => {
  const places = placesAsGiven(entries);
  const merged = places.flatMap((place) => {
    const below = `${place.path}/*`;
    const wide = `${place.path}*`;
    const isBelow = ({ fn, path, methods }: Place<F>): boolean =>
      fn === place.fn && path === below && methods.join() === place.methods.join();
    const isSafe = places.every(({ fn, path }) => fn === place.fn || !meet(path, wide) || meet(path, below));
    return places.some(isBelow) && isSafe ? [{ place, below, wide }] : [];
  });
  return places
    .flatMap((place) => {
      const of = merged.find((one) => one.place.fn === place.fn && place.path === one.below);
      if (of) return [{ ...place, path: of.wide }];
      return merged.some((one) => one.place === place) ? [] : [place];
    })
    .sort((a, b) => rank(b.path) - rank(a.path));
};

const placesAsGiven = <F>(
  entries: readonly { readonly fn: F; readonly routes: readonly RouteOfFunction[] }[],
): readonly Place<F>[] => {
  const all = entries.flatMap(({ fn, routes }) =>
    routes.map(({ method, path }) => ({ fn, method, path: pattern(path) })),
  );
  const paths = [...new Set(all.map(({ path }) => path))].sort((a, b) => rank(b) - rank(a));
  return paths.flatMap((path) => {
    const here = all.filter((one) => one.path === path);
    const functions = [...new Set(here.map(({ fn }) => fn))];
    return functions.map((fn) => {
      const methods = here.filter((one) => one.fn === fn).flatMap(({ method }) => withHead(method));
      return { fn, path, methods: functions.length === 1 ? [] : methods };
    });
  });
};

/**
 * A `{name}` becomes the load balancer's `*`, which matches any characters and not only a segment or a part of one. So
 * the function parses the path again.
 */
const pattern = (path: string): string => path.replace(/\{\w+\+?\}/g, '*');

const rank = (path: string): number => path.split('/').length * 1000 + path.length;

const withHead = (method: string): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]);

const wildcards = (paths: readonly string[]): number => paths.join('').split('*').length - 1;

/** Whether every text that matches `path` matches `wide`, as far as the form of our paths tells: `*` covers any part. */
const covers = (wide: string, path: string): boolean => {
  const [head = '', ...rest] = wide.split('*');
  if (!path.startsWith(head)) return false;
  let at = head.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const found = isLast ? path.length - part.length : path.indexOf(part, at);
    if (found < at || !path.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return at === path.length;
};

/** Whether the rule can take this place without changing its meaning for its other paths. */
const takes = <F>(
  rule: { fn: F; paths: readonly string[]; methods: readonly string[] },
  { fn, path, methods }: Place<F>,
): boolean =>
  rule.fn === fn &&
  rule.methods.join() === methods.join() &&
  rule.paths.length < MAX_PATHS &&
  rule.paths.length + methods.length < MAX_VALUES &&
  wildcards([...rule.paths, path]) <= MAX_WILDCARDS;

/** Whether a request may match both, so that their order matters. */
const touches = <F>(
  rule: { fn: F; paths: readonly string[]; methods: readonly string[] },
  place: Place<F>,
): boolean =>
  rule.fn !== place.fn &&
  (rule.methods.length === 0 ||
    place.methods.length === 0 ||
    rule.methods.some((method) => place.methods.includes(method))) &&
  rule.paths.some((path) => meet(path, place.path));

/** Whether some text matches both patterns, in which `*` stands for any characters or none. */
const meet = (a: string, b: string): boolean => {
  if (a === '' && b === '') return true;
  if (a[0] === '*') return meet(a.slice(1), b) || (b !== '' && meet(a, b.slice(1)));
  if (b[0] === '*') return meet(b, a);
  return a !== '' && a[0] === b[0] && meet(a.slice(1), b.slice(1));
};
