import { type PathMatcher, pathMatcher, type RouteTerms, takesMethod } from './route.ts';

export type Found<R> =
  | { readonly kind: 'route'; readonly route: R; readonly params: Readonly<Record<string, string>> }
  /** These routes have the path, and none has the method. */
  | { readonly kind: 'other-method'; readonly routes: readonly R[] }
  | { readonly kind: 'none' };

interface Place<R> {
  readonly match: PathMatcher;
  readonly routes: R[];
}

/** Finds the route of a method and a percent-encoded path. No two templates match the same path. */
export const router = <R extends RouteTerms>(
  routes: readonly R[],
): ((method: string, path: string) => Found<R>) => {
  const places = new Map<string, Place<R>>();
  for (const route of routes) {
    const place = places.get(route.path);
    if (place) place.routes.push(route);
    else places.set(route.path, { match: pathMatcher(route.path), routes: [route] });
  }
  const find = (path: string): readonly [Place<R>, Readonly<Record<string, string>>] | undefined => {
    // A template without parameters equals its path.
    const literal = path.includes('{') ? undefined : places.get(path);
    if (literal) return [literal, {}];
    for (const place of places.values()) {
      const params = place.match(path);
      if (params) return [place, params];
    }
    return undefined;
  };
  return (method, path) => {
    const found = find(path);
    if (!found) return { kind: 'none' };
    const [place, params] = found;
    const route = place.routes.find((candidate) => takesMethod(candidate, method));
    return route ? { kind: 'route', route, params } : { kind: 'other-method', routes: place.routes };
  };
};
