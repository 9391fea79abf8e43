import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathMatcher } from '../../../functions/http/route.ts';
import { router } from '../../../functions/http/router.ts';
import { routes } from '../../../functions/routes/routes.ts';

describe('a path template', () => {
  it.each([
    ['/ca/{ca}.cer', '/ca/a-1.cer', { ca: 'a-1' }],
    ['/ca/{ca}.cer', '/ca/a-1.pem', undefined],
    ['/ca/{ca}.cer', '/ca/a-1xcer', undefined],
    ['/ca/{ca}.cer', '/ca/.cer', undefined],
    ['/ca/{ca}.cer', '/ca/a/b.cer', undefined],
    ['/ca/{ca}.cer', '/ca/a.cer\n', undefined],
    ['/crl/{ca}/{partition}.crl', '/crl/a/full.crl', { ca: 'a', partition: 'full' }],
    ['/x/{id}', '/x/%2f', { id: '%2f' }],
    ['/ocsp/{request+}', '/ocsp/a/b//c=', { request: 'a/b//c=' }],
    ['/ocsp/{request+}', '/ocsp/', undefined],
    ['/.well-known/jwks.json', '/.well-known/jwks.json', {}],
    ['/.well-known/jwks.json', '/xwell-known/jwks.json', undefined],
  ])('%s and %s give %o', (template, path, params) => {
    expect(pathMatcher(template)(path)).toEqual(params);
  });
});

describe('the table', () => {
  const find = router(routes);

  it('finds each route by its own path and no other route by it', () => {
    for (const route of routes) {
      const path = route.path.replace(/\{\w+\+?\}/g, 'x1');
      expect(find(route.method, path)).toMatchObject({ kind: 'route', route: { id: route.id } });
      const places = new Set(
        routes.filter((other) => pathMatcher(other.path)(path)).map((other) => other.path),
      );
      expect([...places], 'templates must not overlap').toEqual([route.path]);
    }
  });

  it('leaves the lanes of callers to callers, and the public lane to everybody', () => {
    for (const { id, lane, access } of routes) {
      const lanes =
        access === 'public'
          ? ['public', 'free']
          : access === 'optional'
            ? ['status', 'public']
            : ['api', 'revocation'];
      expect(lanes, id).toContain(lane);
    }
  });

  it('does not take a template for a path', () => {
    expect(find('GET', '/ocsp/{request+}')).toMatchObject({
      kind: 'route',
      params: { request: '{request+}' },
    });
    expect(find('GET', '/api/v1/requests/{id}')).toMatchObject({ params: { id: '{id}' } });
  });

  it('gives a result for any method and path', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.webPath()), (method, path) => {
        expect(['none', 'route', 'other-method']).toContain(find(method, path).kind);
      }),
    );
  });
});
