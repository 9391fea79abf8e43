import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildCaTbs, buildResponderTbs, buildTbs, type IssuingCa } from '../../lib/authority/tbs.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import { lintCertificate } from '../../lib/lint/lint.ts';
import { encodeSigned, encodeTbsCertificate, keyIdentifier } from '../../lib/pki/certificate.ts';
import { findExtension } from '../../lib/pki/extensions.ts';
import { formatName } from '../../lib/pki/name.ts';
import { OID } from '../../lib/pki/oids.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { describeSubject, readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { HIGASHI } from '../demonstration-people.ts';

const domain = readTrustDomain(
  readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8'),
);
const authority = domain.authorities[2] as (typeof domain.authorities)[number];
const caKey = await generateSoftwareKey(authority.algorithm);
const serialNumber = parseSerial(`01${'5a'.repeat(16)}`);
const caTbs = buildCaTbs({
  authority,
  serialNumber,
  subjectPublicKeyInfo: caKey.subjectPublicKeyInfo,
  signatureAlgorithm: caKey.algorithm.signatureAlgorithm,
  notBefore: new Date('2026-01-01T00:00:00.999Z'),
});
const ca: IssuingCa = {
  subject: caTbs.subject,
  subjectKeyIdentifier: keyIdentifier(caKey.subjectPublicKeyInfo),
  signatureAlgorithm: caKey.algorithm.signatureAlgorithm,
  notAfter: caTbs.notAfter,
  urls: {
    crl: ['http://one.example/a.crl', 'http://two.example/a.crl'],
    authorityCrl: [],
    ocsp: 'http://one.example/ocsp',
    certificate: 'http://one.example/a.cer',
  },
};

describe('certificates', () => {
  const profile = domain.profiles.find(({ id }) => id === 'person-authentication');
  if (!profile) throw new Error('no profile person-authentication');
  const holderId = '0000000000AA00000A';
  const build = (notBefore: string) =>
    buildTbs({
      profile,
      ca,
      serialNumber,
      subject: describeSubject(profile, HIGASHI, { holderId }),
      subjectPublicKeyInfo: caKey.subjectPublicKeyInfo,
      notBefore: new Date(notBefore),
    });

  it('of a CA are self-signed, critical where they must be, and valid for whole seconds', () => {
    expect(caTbs.notBefore.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(caTbs.notAfter.toISOString()).toBe('2035-12-31T23:59:59.000Z');
    expect(caTbs.issuer).toBe(caTbs.subject);
    expect(caTbs.extensions.filter(({ critical }) => critical).map(({ id }) => id)).toEqual([
      'basicConstraints',
      'keyUsage',
    ]);
  });

  it('of a profile have what relying parties need to check them', () => {
    const { extensions, notBefore, notAfter } = build('2026-04-01T09:00:00.250Z');
    expect(notBefore.toISOString()).toBe('2026-04-01T09:00:00.000Z');
    expect(notAfter.toISOString()).toBe('2031-04-01T08:59:59.000Z');
    expect(findExtension(extensions, 'cRLDistributionPoints')?.points).toEqual([
      {
        fullName: [
          { kind: 'uniformResourceIdentifier', value: 'http://one.example/a.crl' },
          { kind: 'uniformResourceIdentifier', value: 'http://two.example/a.crl' },
        ],
      },
    ]);
    expect(findExtension(extensions, 'authorityInfoAccess')?.accesses.map(({ method }) => method)).toEqual([
      OID.ocsp,
      OID.caIssuers,
    ]);
    expect(findExtension(extensions, 'certificatePolicies')?.policies).toEqual(profile.certificatePolicies);
    expect(findExtension(extensions, 'subjectAltName')).toBeUndefined();
  });

  it('end with the CA at the latest, and are not issued after it', () => {
    expect(build('2034-01-01T00:00:00Z').notAfter).toEqual(ca.notAfter);
    expect(() => build('2035-12-31T23:59:59Z')).toThrow(
      expect.objectContaining({ code: 'authority-expired' }),
    );
  });

  it('of a responder are for answering, are trusted while they live, and live two weeks', async () => {
    const responder = await generateSoftwareKey(authority.ocsp.algorithm);
    const tbs = buildResponderTbs({
      authority,
      ca,
      serialNumber,
      subjectPublicKeyInfo: responder.subjectPublicKeyInfo,
      notBefore: new Date('2026-04-01T00:00:00Z'),
    });
    expect(tbs.notAfter.toISOString()).toBe('2026-04-14T23:59:59.000Z');
    expect(formatName(tbs.subject)).toBe('C=JP, O=Akashi Demonstration, CN=OCSP responder authentication-1');
    expect(findExtension(tbs.extensions, 'extKeyUsage')?.purposes).toEqual([OID.OCSPSigning]);
    expect(findExtension(tbs.extensions, 'ocspNoCheck')).toBeDefined();
    const linted = lintCertificate(tbs, { kind: 'ocspResponder', issuer: caTbs, serialPrefix: '01' });
    expect(linted.kind).toBe('certificate');
  });

  it('read by OpenSSL as they were meant', async () => {
    const der = async (tbs: Parameters<typeof encodeTbsCertificate>[0]) => {
      const bytes = encodeTbsCertificate(tbs);
      return new X509Certificate(encodeSigned(bytes, ca.signatureAlgorithm, await caKey.sign(bytes)));
    };
    const issuer = await der(caTbs);
    const leaf = await der(build('2026-04-01T09:00:00Z'));
    expect(issuer.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(issuer)).toBe(true);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
    expect(leaf.subject).toBe(`C=JP\nCN=${holderId}`);
    expect(leaf.infoAccess).toBe(
      'OCSP - URI:http://one.example/ocsp\nCA Issuers - URI:http://one.example/a.cer',
    );
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });
});
