import type { RouteOfFunction } from '../lambda/grants.ts';

/** A load balancer's quotas: rules of all its listeners, the default ones apart; values and `*` in one rule's conditions. */
export const MAX_RULES = 100;
const MAX_VALUES = 5;
const MAX_PATHS = 3;
const MAX_WILDCARDS = 5;

export interface ListenerRule<F> {
  readonly fn: F;
  readonly paths: readonly string[];
  /** Only where another function has a path of these too. */
  readonly methods?: readonly string[];
}

/**
 * The rules of a listener, first to last: as few for each function as the quotas and the order allow. Longer paths come
 * first, because `*` takes in what a longer one says more exactly. A path goes into an earlier rule of its function where
 * that takes nothing away from the rules between.
 *
 * A path that is one function's alone goes there with every method: the function answers HEAD as GET (RFC 9110 9.3.2), and
 * says which methods there are (15.5.6).
 */
export const listenerRules = <F>(
  entries: readonly { readonly fn: F; readonly routes: readonly RouteOfFunction[] }[],
): readonly ListenerRule<F>[] => {
  const rules: { fn: F; paths: string[]; methods: string[] }[] = [];
  for (const place of placesOf(entries)) {
    const at = rules.findLastIndex((rule) => touches(rule, place));
    const rule = rules.find((one, index) => index >= at && takes(one, place));
    if (rule) rule.paths.push(place.path);
    else rules.push({ fn: place.fn, paths: [place.path], methods: [...place.methods] });
  }
  return rules.map(({ fn, paths, methods }) => ({ fn, paths, ...(methods.length > 0 && { methods }) }));
};

interface Place<F> {
  readonly fn: F;
  readonly path: string;
  /** Empty for every method. */
  readonly methods: readonly string[];
}

/** Each path of each function once, the longer before the shorter. */
const placesOf = <F>(
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

/** `{name}` is a segment or a part of one; the load balancer's `*` is any characters, and the function looks again. */
const pattern = (path: string): string => path.replace(/\{\w+\+?\}/g, '*');

const rank = (path: string): number => path.split('/').length * 1000 + path.length;

const withHead = (method: string): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]);

const wildcards = (paths: readonly string[]): number => paths.join('').split('*').length - 1;

/** Whether the place goes into that rule without changing what else it says. */
const takes = <F>(
  rule: { fn: F; paths: readonly string[]; methods: readonly string[] },
  { fn, path, methods }: Place<F>,
): boolean =>
  rule.fn === fn &&
  rule.methods.join() === methods.join() &&
  rule.paths.length < MAX_PATHS &&
  rule.paths.length + methods.length < MAX_VALUES &&
  wildcards([...rule.paths, path]) <= MAX_WILDCARDS;

/** Whether a request may be for both, so that their order decides. */
const touches = <F>(
  rule: { fn: F; paths: readonly string[]; methods: readonly string[] },
  place: Place<F>,
): boolean =>
  rule.fn !== place.fn &&
  (rule.methods.length === 0 ||
    place.methods.length === 0 ||
    rule.methods.some((method) => place.methods.includes(method))) &&
  rule.paths.some((path) => meet(path, place.path));

/** Whether some text matches both patterns, in which `*` is any characters, none included. */
const meet = (a: string, b: string): boolean => {
  if (a === '' && b === '') return true;
  if (a[0] === '*') return meet(a.slice(1), b) || (b !== '' && meet(a, b.slice(1)));
  if (b[0] === '*') return meet(b, a);
  return a !== '' && a[0] === b[0] && meet(a.slice(1), b.slice(1));
};
