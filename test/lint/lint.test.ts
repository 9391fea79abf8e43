import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { ALGORITHMS, generateSoftwareKey } from '../../lib/keys/keys.ts';
import { LintedTbs, lintCertificate, lintCertList } from '../../lib/lint/lint.ts';
import { PUBLIC_KEY_KINDS, publicKeyKind, signingKeys } from '../../lib/lint/public-key.ts';
import { SerialsOnce } from '../../lib/lint/serials-once.ts';
import { encodeTbsCertificate } from '../../lib/pki/certificate.ts';
import { encodeTbsCertList, type RevokedCertificate } from '../../lib/pki/crl.ts';
import { asDer } from '../../lib/pki/der.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { GOOD_CERTIFICATES, GOOD_CRLS } from './examples.ts';

const good = <T>(examples: readonly (readonly [string, T])[], name: string): T => {
  const found = examples.find(([one]) => one === name);
  if (!found) throw new Error(`no example ${name}`);
  return found[1];
};
const certificate = good(GOOD_CERTIFICATES, 'person-signature');
const crl = good(GOOD_CRLS, 'of three');

const lintFailed = (...rules: readonly string[]) =>
  expect.objectContaining({
    code: 'lint-failed',
    facts: { findings: rules.map((rule) => expect.objectContaining({ rule })) },
  });

describe('the result of linting', () => {
  it('is the encoded certificate, with the rules that ran', () => {
    const linted = lintCertificate(certificate.tbs, certificate.context);
    expect(linted.kind).toBe('certificate');
    expect(Buffer.compare(linted.der, encodeTbsCertificate(certificate.tbs))).toBe(0);
    expect(linted.rules).toContain('serial-number-random');
    expect(linted.rules).not.toContain('ocsp-responder-purpose');
    expect(Object.isFrozen(linted) && Object.isFrozen(linted.rules)).toBe(true);
  });

  it('is the same for bytes that were stored', () => {
    const first = lintCertificate(certificate.tbs, certificate.context);
    const again = lintCertificate(asDer(Buffer.from(first.der)), certificate.context);
    expect(Buffer.compare(again.der, first.der)).toBe(0);
    expect(again.rules).toEqual(first.rules);
  });

  it('cannot be made by anybody else', () => {
    const linted = lintCertificate(certificate.tbs, certificate.context);
    const Forge = LintedTbs as unknown as new (...args: unknown[]) => LintedTbs;
    expect(() => new Forge('certificate', linted.der, [])).toThrow(Fault);
    expect(() => new Forge(Symbol('lint'), 'certificate', linted.der, [])).toThrow(Fault);
    expect(LintedTbs.is(linted)).toBe(true);
    expect(LintedTbs.is({ ...linted })).toBe(false);
    expect(LintedTbs.is(Object.create(LintedTbs.prototype))).toBe(false);
  });

  it('is refused with every finding, its clause, and no name', () => {
    const { tbs, context } = certificate;
    const bad = {
      ...tbs,
      notAfter: tbs.notBefore,
      extensions: tbs.extensions.filter(({ id }) => id !== 'keyUsage'),
    };
    expect(() => lintCertificate(bad, context)).toThrow(lintFailed('validity-in-order', 'key-usage-present'));
    try {
      lintCertificate(bad, context);
    } catch (error) {
      const text = JSON.stringify(Fault.is(error) && [error.message, error.facts]);
      expect(text).toContain('RFC 5280 4.1.2.5');
      expect(text).not.toContain('髙橋');
    }
  });
});

describe('strict encoding', () => {
  const der = encodeTbsCertificate(certificate.tbs);

  it.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array()],
    ['bytes after the end', Buffer.concat([der, Uint8Array.of(0)])],
    ['a certificate cut short', der.subarray(0, -1)],
    ['a certificate in a certificate’s place', encodeTbsCertList(crl.tbs)],
  ])('refuses %s', (_, bytes) => {
    expect(() => lintCertificate(asDer(bytes), certificate.context)).toThrow(lintFailed('strict-encoding'));
  });

  it('refuses values that have no encoding', () => {
    const notBefore = new Date('1900-01-01T00:00:00Z');
    expect(() => lintCertificate({ ...certificate.tbs, notBefore }, certificate.context)).toThrow(
      lintFailed('strict-encoding'),
    );
  });

  it('gives a value or `lint-failed` for any bytes', async () => {
    const listDer = encodeTbsCertList(crl.tbs);
    const outcome = async (lint: () => LintedTbs | Promise<LintedTbs>): Promise<boolean> => {
      try {
        return LintedTbs.is(await lint());
      } catch (error) {
        return Fault.is(error, 'lint-failed');
      }
    };
    const changed = (bytes: Uint8Array) =>
      fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
        const copy = Uint8Array.from(bytes);
        copy[at] = (copy[at] as number) ^ by;
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 60 }), changed(der)), (bytes) =>
        outcome(() => lintCertificate(asDer(bytes), certificate.context)),
      ),
      { numRuns: 600 },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 60 }), changed(listDer)), (bytes) =>
        outcome(() => lintCertList(asDer(bytes), crl.context)),
      ),
      { numRuns: 600 },
    );
  });
});

describe('CRLs', () => {
  const entries = (count: number): RevokedCertificate[] =>
    Array.from({ length: count }, (_, i) => ({
      serialNumber: parseSerial(`01${(i * 2_654_435_761).toString(16).padStart(32, '0')}`),
      revocationDate: new Date(Date.UTC(2026, 0, 1 + (i % 80))),
      ...(i % 3 === 0 && { reasonCode: 'superseded' as const }),
    }));

  it('find one entry among fifty thousand, and say it once', async () => {
    const many = entries(50_000);
    const list = { ...crl.tbs, revokedCertificates: many };
    expect((await lintCertList(list, crl.context)).kind).toBe('crl');
    const twice = { ...list, revokedCertificates: [...many, ...many.slice(7, 9)] };
    await expect(lintCertList(twice, crl.context)).rejects.toThrow(lintFailed('crl-serial-numbers-unique'));
    const late = many.with(40_000, {
      serialNumber: parseSerial('02'),
      revocationDate: new Date('2027-01-01T00:00:00Z'),
      reasonCode: 'removeFromCRL',
    });
    await expect(lintCertList({ ...list, revokedCertificates: late }, crl.context)).rejects.toThrow(
      lintFailed('crl-reason-remove-only-in-delta', 'crl-revocation-date-not-after-this-update'),
    );
  });

  it('refuse a date that is no day of the calendar, and accept the leap day', async () => {
    const der = Buffer.from(encodeTbsCertList({ ...crl.tbs, revokedCertificates: entries(3) }));
    const at = der.lastIndexOf('260103000000Z');
    const on = (day: string) => {
      der.write(`${day}000000Z`, at);
      return lintCertList(asDer(der), crl.context);
    };
    for (const day of ['260131', '240229', '991231']) expect((await on(day)).kind).toBe('crl');
    for (const day of ['260132', '260229', '260431', '261301', '260100', '26013x'])
      await expect(on(day)).rejects.toThrow(lintFailed('crl-revocation-date-form'));
  });

  it('refuse a thisUpdate that is no day of the calendar', async () => {
    const der = Buffer.from(encodeTbsCertList(crl.tbs));
    der.write('260231000000Z', der.indexOf('260401000000Z'));
    await expect(lintCertList(asDer(der), crl.context)).rejects.toThrow(
      lintFailed('crl-times-in-whole-seconds'),
    );
  });

  it('that were encoded elsewhere are judged without a copy', async () => {
    const der = encodeTbsCertList({ ...crl.tbs, revokedCertificates: entries(1_000) });
    expect((await lintCertList(der, crl.context)).der).toBe(der);
  });

  it('are judged without keeping others waiting: with turns of the event loop', async () => {
    let turns = 0;
    const turn = (): void => {
      turns++;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const der = encodeTbsCertList({ ...crl.tbs, revokedCertificates: entries(50_000) });
    await lintCertList(der, crl.context);
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});

describe('serial numbers in a CRL', () => {
  it('are recognised when they repeat, as by a Set', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3 }), { maxLength: 2_000 }),
        (serials) => {
          const bytes = Buffer.concat(serials);
          const [ours, theirs] = [new SerialsOnce(bytes), new Set<string>()];
          let end = 0;
          return serials.every((serial) => {
            const start = end;
            end += serial.length;
            const hex = Buffer.from(serial).toString('hex');
            const fresh = !theirs.has(hex);
            theirs.add(hex);
            return ours.add(start, end) === fresh;
          });
        },
      ),
    );
  });

  it.each([1, 7])('are recognised in order and out of order, thousands of them (step %i)', (step) => {
    const count = 20_000;
    const many = Buffer.alloc(4 * count);
    for (let i = 0; i < count; i++) many.writeUInt32BE((i * step) % count, 4 * i);
    // It begins with too little room, so that it has to grow.
    const once = new SerialsOnce(many);
    const added = Array.from({ length: 2 * count }, (_, i) => once.add(4 * (i % count), 4 * (i % count) + 4));
    expect(added.slice(0, count)).not.toContain(false);
    expect(added.slice(count)).not.toContain(true);
  });
});

describe('the algorithms that linting knows', () => {
  it.each(ALGORITHMS)('agrees with the registry on $name', async ({ name, kind, signatureAlgorithm }) => {
    const { subjectPublicKeyInfo } = await generateSoftwareKey(name);
    expect(publicKeyKind(subjectPublicKeyInfo)).toBe(kind);
    expect(signingKeys(signatureAlgorithm)).toContain(kind);
  });

  it('is no more than the registry', () => {
    expect([...PUBLIC_KEY_KINDS].sort()).toEqual([...new Set(ALGORITHMS.map(({ kind }) => kind))].sort());
  });
});
