import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathProblems } from '../../lib/status-check/path-rules.ts';
import { OpensslCa } from './openssl-ca.ts';

/** Name constraints beside those of PKITS 4.13, which has no addresses, no wildcards and none that cannot be read. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** The clauses that refuse a certificate with these names below a CA with this extension. */
const refusal = (constraints: string, names: string): readonly string[] => {
  const ca = new OpensslCa(
    join(folder, `ca-${count++}`),
    'CA',
    `keyUsage=critical,keyCertSign,cRLSign\n${constraints}`,
  );
  const { certificate } = ca.issue('leaf', `subjectAltName=${names}`);
  return pathProblems([certificate, ca.certificate], Date.now()).map(({ rule }) => rule);
};

const NAMES = 'RFC 5280 6.1.3 (b), (c)';
const permitted = (base: string): string => `nameConstraints=critical,permitted;${base}`;
const excluded = (base: string): string => `nameConstraints=critical,excluded;${base}`;

describe('name constraints', () => {
  it('of addresses go by their mask, and by the version', () => {
    const ten = permitted('IP:10.0.0.0/255.0.0.0');
    expect(refusal(ten, 'IP:10.1.2.3')).toEqual([]);
    expect(refusal(ten, 'IP:11.1.2.3')).toEqual([NAMES]);
    expect(refusal(ten, 'IP:2001:db8::1')).toEqual([NAMES]);
    expect(refusal(excluded('IP:10.0.0.0/255.0.0.0'), 'IP:10.1.2.3')).toEqual([NAMES]);
  });

  it('see every host that a wildcard stands for', () => {
    expect(refusal(permitted('DNS:a.example'), 'DNS:*.a.example')).toEqual([]);
    expect(refusal(permitted('DNS:b.a.example'), 'DNS:*.a.example')).toEqual([NAMES]);
    expect(refusal(excluded('DNS:b.a.example'), 'DNS:*.a.example')).toEqual([NAMES]);
    expect(refusal(excluded('DNS:b.example'), 'DNS:*.a.example')).toEqual([]);
  });

  it('refuse a URI without a host name, which they cannot judge', () => {
    expect(refusal(permitted('URI:.example'), 'URI:https://a.example/x')).toEqual([]);
    expect(refusal(permitted('URI:.example'), 'URI:urn:a')).toEqual([NAMES]);
    expect(refusal(excluded('URI:.example'), 'URI:https://10.0.0.1/')).toEqual([NAMES]);
  });

  it('refuse a name or a base that is not spelt as a host, which others may read as one', () => {
    for (const name of ['DNS:a.evil.example.', 'email:x@evil.example.', 'URI:http://evil.example./']) {
      const kind = name.slice(0, name.indexOf(':'));
      expect(refusal(excluded(`${kind}:evil.example`), name)).toEqual([NAMES]);
    }
    for (const base of ['evil.example.', '*.evil.example']) {
      expect(refusal(excluded(`DNS:${base}`), 'DNS:a.evil.example')).toEqual([NAMES]);
      expect(refusal(excluded(`email:${base}`), 'email:x@a.evil.example')).toEqual([NAMES]);
      expect(refusal(excluded(`URI:${base}`), 'URI:http://a.evil.example/')).toEqual([NAMES]);
    }
    const two = 'URI:http://evil.example\\\\@good.example/x';
    expect(refusal(excluded('URI:evil.example'), two)).toEqual([NAMES]);
    expect(refusal(excluded('DNS:evil.example'), 'DNS:a_b.good.example')).toEqual([]);
    expect(refusal(excluded('email:.evil.example'), 'email:x@good.example')).toEqual([]);
    expect(refusal(excluded('URI:evil.example'), 'URI:http://user@good.example:80/x')).toEqual([]);
  });

  it('of a kind that is not compared refuse every name of that kind', () => {
    const other = permitted('otherName:1.2.3;UTF8:a');
    expect(refusal(other, 'otherName:1.2.3;UTF8:a')).toEqual([NAMES]);
    expect(refusal(other, 'DNS:a.example')).toEqual([]);
  });

  it('that cannot be read refuse the path, critical or not', () => {
    expect(refusal('2.5.29.30=DER:0500', 'DNS:a.example')).toEqual(['RFC 5280 6.1.4 (o)']);
  });
});
