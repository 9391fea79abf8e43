import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../lib/keys/algorithms.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { encodeCertId } from '../../lib/pki/cert-id.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { asDer, constructed, type Der, TAG } from '../../lib/pki/der.ts';
import { derNull, derOid, derSequence } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { buildName, encodeName } from '../../lib/pki/name.ts';
import type { BasicOcspResponse } from '../../lib/pki/ocsp-response.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { readGeneralizedTime } from '../../lib/pki/time.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, other, PUBLIC, statusOf } from './asking.ts';
import { credentialOf, type Held, issueTo } from './office.ts';

/** The rules of RFC 6960, RFC 9654 and RFC 9919 for OCSP, tested on the whole service. */

const DAY = 86_400_000;
const folder = temporaryFolder();
let service: Service;
/**
 * Certificates of organisation-1. It has responders of three algorithms, calls serial numbers that it never issued
 * revoked, and names its CRLs.
 */
const held = new Map<string, Held>();
/** A certificate of authentication-1, which has the usual settings. */
let person: Held;
/** A certificate of signature-1, which answers signed requests only. */
let signature: Held;
let portal: Held;

const get = (name: string): Held => {
  const found = held.get(name);
  if (!found) throw new Error(name);
  return found;
};
const operator = () => service.principal('operator-noda');
const NEVER = { ca: 'organisation-1', serial: '01ffffffffffffffffffffffffffffffff' };

beforeAll(async () => {
  service = await openService(folder.path, {
    ahead: -800 * DAY,
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        if (id === 'organisation')
          Object.assign(ocsp, {
            furtherAlgorithms: ['rsa2048-sha256', 'ml-dsa-44'],
            neverIssued: 'revoked',
            crlReferences: true,
            retentionInterval: 'P300D',
          });
        if (id === 'signature') Object.assign(ocsp, { signedRequests: 'required' });
      }
    },
  });
  // Server certificates live 199 days.
  held.set('long expired', await issueTo(service, 'organisation-server', 'order-1'));
  service.advance(350 * DAY);
  held.set('expired', await issueTo(service, 'organisation-server', 'order-2'));
  service.advance(450 * DAY);
  await service.core.authority.renewResponders();
  held.set('good', await issueTo(service, 'official-position', 'order-3'));
  held.set('revoked', await issueTo(service, 'official-position', 'order-4'));
  held.set('unspecified', await issueTo(service, 'official-position', 'order-5'));
  held.set('held', await issueTo(service, 'official-position', 'order-6'));
  held.set('released', await issueTo(service, 'official-position', 'order-7'));
  person = await issueTo(service, 'person-authentication', 'order-8');
  signature = await issueTo(service, 'person-signature', 'order-9');
  portal = await credentialOf(service, 'tax-portal');
  const { authority, status } = service.app;
  await authority.revoke(operator(), get('revoked').ref, {
    reason: 'keyCompromise',
    invalidityDate: new Date(service.now() - 60_000).toISOString(),
  });
  await authority.revoke(operator(), get('unspecified').ref, { reason: 'unspecified' });
  await authority.hold(operator(), get('held').ref);
  await authority.hold(operator(), get('released').ref);
  await authority.release(operator(), get('released').ref);
  await status.publish('organisation-1', 'operator-noda');
}, 120_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

const ask = async (name: string, more: Omit<Parameters<typeof encodeQuestion>[0], 'certIds'> = {}) => {
  const { ref } = get(name);
  const question = await encodeQuestion({ certIds: [await certIdOf(service, ref)], ...more });
  return askSigned(service, ref.ca, question);
};
const single = ({ basic }: { basic: BasicOcspResponse }) =>
  basic.responses[0] as (typeof basic.responses)[number];
const extension = (extensions: BasicOcspResponse['extensions'], oid: string) => {
  const found = extensions?.find((one) => one.id === 'other' && one.oid === oid);
  return found?.id === 'other' ? found : undefined;
};
const questionAbout = async (
  name: string,
  more: Omit<Parameters<typeof encodeQuestion>[0], 'certIds'> = {},
) => encodeQuestion({ certIds: [await certIdOf(service, get(name).ref)], ...more });

describe('a certificate', () => {
  it.each(['good', 'released'])('%s is good', async (name) => {
    expect(single(await ask(name)).certStatus).toEqual({ status: 'good' });
  });

  it.each([
    ['revoked', 'keyCompromise'],
    ['unspecified', undefined],
    ['held', 'certificateHold'],
  ])('%s is revoked since it was, with its reason and no invalidity date', async (name, reason) => {
    const { status, revocationTime, revocationReason } = single(await ask(name)).certStatus as never as {
      status: string;
      revocationTime: Date;
      revocationReason?: string;
    };
    expect([status, revocationReason]).toEqual(['revoked', reason]);
    expect(Math.abs(revocationTime.getTime() - service.now())).toBeLessThan(60_000);
  });

  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('is found by a CertID with %s', async (hash) => {
    const certId = await certIdOf(service, get('revoked').ref, hash);
    const answer = await askSigned(service, 'organisation-1', await encodeQuestion({ certIds: [certId] }));
    expect(single(answer).certStatus.status).toBe('revoked');
    expect(Buffer.from(single(answer).certId.der)).toEqual(Buffer.from(certId));
  });

  it('that was never issued is unknown by default', async () => {
    const certId = await certIdOf(service, { ca: 'authentication-1', serial: NEVER.serial });
    const answer = await askSigned(service, 'authentication-1', await encodeQuestion({ certIds: [certId] }));
    expect(single(answer).certStatus).toEqual({ status: 'unknown' });
    expect(answer.basic.extensions).toBeUndefined();
  });

  it('that was never issued is revoked if the profile says so, in the form of RFC 6960 2.2', async () => {
    const certId = await certIdOf(service, NEVER);
    const answer = await askSigned(
      service,
      'organisation-1',
      await encodeQuestion({ certIds: [certId], extensions: [nonce(32)] }),
    );
    expect(single(answer).certStatus).toEqual({
      status: 'revoked',
      revocationTime: new Date(0),
      revocationReason: 'certificateHold',
    });
    // RFC 6960 2.2: no CRL references, no CRL entry extensions.
    expect(single(answer).extensions).toBeUndefined();
    expect(extension(answer.basic.extensions, OID.ocspExtendedRevoke)).toEqual(
      other(OID.ocspExtendedRevoke, derNull()),
    );
    expect(answer.basic.nonce).toEqual(new Uint8Array(32).fill(7));
  });

  it('that is really revoked does not use the extended definition', async () => {
    expect(extension((await ask('revoked')).basic.extensions, OID.ocspExtendedRevoke)).toBeUndefined();
  });
});

describe('an answer', () => {
  it('names the responder by key hash, and has its certificate and the validity of the profile', async () => {
    const { basic, responder } = await ask('good');
    const { nextUpdate } = single({ basic });
    expect(basic.responderId).toHaveProperty('byKey');
    expect(basic.certs).toHaveLength(1);
    expect(responder.extensions.map(({ id }) => id)).toContain('ocspNoCheck');
    expect((nextUpdate as Date).getTime() - basic.producedAt.getTime()).toBe(900_000);
  });

  it('about several certificates has one signature and keeps their order', async () => {
    const names = ['good', 'revoked', 'held', 'released'];
    const certIds = await Promise.all(names.map((name) => certIdOf(service, get(name).ref)));
    const { basic } = await askSigned(
      service,
      'organisation-1',
      await encodeQuestion({ certIds: [...certIds, await certIdOf(service, person.ref)] }),
    );
    // RFC 6960 2.2: the responder of one CA knows nothing of another's.
    expect(basic.responses.map(({ certStatus }) => certStatus.status)).toEqual([
      'good',
      'revoked',
      'revoked',
      'good',
      'unknown',
    ]);
  });

  it('is given for at most as many certificates as the profile says', async () => {
    const certId = await certIdOf(service, get('good').ref);
    const many = (n: number) => encodeQuestion({ certIds: Array.from({ length: n }, () => certId) });
    expect(await statusOf(service, await many(10))).toBe('successful');
    expect(await statusOf(service, await many(11))).toBe('malformedRequest');
    expect(await statusOf(service, await many(600))).toBe('malformedRequest');
  });

  it('has an archive cutoff while the end of the certificate is within the retention interval', async () => {
    const found = extension(single(await ask('expired')).extensions, OID.ocspArchiveCutoff);
    const cutoff = readGeneralizedTime(new DerReader(found?.value as Uint8Array));
    expect(Math.abs(service.now() - 300 * DAY - cutoff.getTime())).toBeLessThan(60_000);
    for (const name of ['good', 'long expired'])
      expect(extension(single(await ask(name)).extensions, OID.ocspArchiveCutoff), name).toBeUndefined();
  });

  it('names the CRL that lists a revoked certificate, if the profile says so', async () => {
    const value = (await ask('held').then(single)).extensions;
    const reader = new DerReader(extension(value, OID.ocspCrlReferences)?.value as Uint8Array).sequence();
    const url = Buffer.from(reader.into(constructed(0)).content(TAG.ia5String)).toString();
    expect(url).toMatch(/\/crl\/organisation-1\/full\.crl$/);
    const crl = await service.app.status.crl('organisation-1', 'full', PUBLIC);
    expect(reader.into(constructed(1)).bigint()).toBe(crl.number);
    expect(readGeneralizedTime(reader.into(constructed(2)))).toEqual(crl.thisUpdate);
    expect(single(await ask('good')).extensions).toBeUndefined();
  });

  it('names no CRL that is older than the revocation', async () => {
    const late = await issueTo(service, 'official-position', 'order-late');
    service.advance(2_000);
    await service.app.authority.revoke(operator(), late.ref, { reason: 'superseded' });
    const question = await encodeQuestion({ certIds: [await certIdOf(service, late.ref)] });
    expect(single(await askSigned(service, 'organisation-1', question)).extensions).toBeUndefined();
  });
});

describe('a nonce', () => {
  it.each([1, 16, 32, 128])('of %i octets is echoed', async (octets) => {
    expect((await ask('good', { extensions: [nonce(octets)] })).basic.nonce).toEqual(
      new Uint8Array(octets).fill(7),
    );
  });

  it('is accepted if it is critical', async () => {
    expect((await ask('good', { extensions: [nonce(16, true)] })).basic.nonce).toHaveLength(16);
  });

  it.each([0, 129, 4096])('of %i octets is refused (RFC 9654 2.1)', async (octets) => {
    expect(await statusOf(service, await questionAbout('good', { extensions: [nonce(octets)] }))).toBe(
      'malformedRequest',
    );
  });

  it('that occurs twice, or consists of bare octets, is refused', async () => {
    const twice = { extensions: [nonce(16), nonce(16)] };
    const bare = { extensions: [other(OID.ocspNonce, new Uint8Array(16).fill(9))] };
    for (const more of [twice, bare])
      expect(await statusOf(service, await questionAbout('good', more))).toBe('malformedRequest');
  });
});

describe('an extension', () => {
  const unheardOf = parseOid('1.3.6.1.4.1.32473.9.9');

  it('that is unknown is ignored, and refused if it is critical', async () => {
    const [plain, critical] = [other(unheardOf, derNull()), other(unheardOf, derNull(), true)];
    expect(await statusOf(service, await questionAbout('good', { extensions: [plain] }))).toBe('successful');
    expect(await statusOf(service, await questionAbout('good', { singleExtensions: [plain] }))).toBe(
      'successful',
    );
    for (const more of [{ extensions: [critical] }, { singleExtensions: [critical] }])
      expect(await statusOf(service, await questionAbout('good', more))).toBe('malformedRequest');
  });

  it('of a certificate, critical in a request, is refused too', async () => {
    const extensions = [{ id: 'keyUsage', usages: ['digitalSignature'], critical: true } as const];
    expect(await statusOf(service, await questionAbout('good', { extensions }))).toBe('malformedRequest');
  });
});

describe('acceptableResponses (RFC 6960 4.4.3)', () => {
  const [basic, another] = [derOid(OID.ocspBasic), derOid(parseOid('1.2.3'))];
  const accepting = async (value: Uint8Array, critical: boolean): Promise<string> => {
    const extensions = [other(OID.ocspAcceptableResponses, value, critical)];
    return statusOf(service, await questionAbout('good', { extensions }));
  };

  describe.each([false, true])('critical: %s', (critical) => {
    it.each([
      ['basic answers alone', derSequence(basic)],
      ['basic answers among others', derSequence(another, basic)],
    ])('with %s is answered', async (_, value) => {
      expect(await accepting(value, critical)).toBe('successful');
    });

    it.each([
      ['no basic answers', derSequence(another)],
      ['nothing', derSequence()],
      ['no value', new Uint8Array()],
      ['no DER', Buffer.from('ff', 'hex')],
      ['an OID alone', basic],
      ['something else than OIDs', derSequence(basic, derNull())],
      ['more after its end', Buffer.concat([derSequence(basic), derNull()])],
      ['an OID with a padded arc', derSequence(basic, asDer(Buffer.from('06032a8001', 'hex')))],
    ])('with %s is malformed', async (_, value) => {
      expect(await accepting(value, critical)).toBe('malformedRequest');
    });
  });
});

describe('preferredSignatureAlgorithms (RFC 6960 4.4.7)', () => {
  const identifier = (name: string): Der => asDer(algorithmNamed(name).signatureAlgorithm);
  const prefer = (...algorithms: readonly Der[][]) => ({
    extensions: [
      other(
        OID.ocspPreferredSignatureAlgorithms,
        derSequence(...algorithms.map((parts) => derSequence(...parts))),
      ),
    ],
  });
  const algorithmOf = async (name: string, more: ReturnType<typeof prefer>) =>
    Buffer.from((await ask(name, more)).basic.signatureAlgorithm).toString('hex');
  const hex = (name: string) => Buffer.from(identifier(name)).toString('hex');
  const EC_PUBLIC_KEY = parseOid('1.2.840.10045.2.1');

  it.each(['rsa2048-sha256', 'ml-dsa-44', 'ecdsa-p256-sha256'])('is answered with %s', async (name) => {
    expect(await algorithmOf('good', prefer([identifier(name)]))).toBe(hex(name));
  });

  it('selects the first algorithm that the CA has, and the default if it has none', async () => {
    const [none, rsa, ec] = ['ed25519', 'rsa2048-sha256', 'ecdsa-p256-sha256'].map(identifier) as [
      Der,
      Der,
      Der,
    ];
    expect(await algorithmOf('good', prefer([none], [rsa], [ec]))).toBe(hex('rsa2048-sha256'));
    expect(await algorithmOf('good', prefer([none]))).toBe(hex('ecdsa-p256-sha256'));
    expect(await algorithmOf('good', prefer())).toBe(hex('ecdsa-p256-sha256'));
  });

  it('also honours the requested kind of key', async () => {
    const { subjectPublicKeyInfo } = await generateSoftwareKey('ecdsa-p384-sha384');
    const p384 = new DerReader(subjectPublicKeyInfo).sequence().der();
    const anyCurve = derSequence(asDer(Buffer.from('06072a8648ce3d0201', 'hex')));
    expect(EC_PUBLIC_KEY).toBe(new DerReader(anyCurve).sequence().oid());
    const rsa = identifier('rsa2048-sha256');
    const ec = identifier('ecdsa-p256-sha256');
    expect(await algorithmOf('good', prefer([ec, p384], [rsa]))).toBe(hex('rsa2048-sha256'));
    expect(await algorithmOf('good', prefer([ec, anyCurve], [rsa]))).toBe(hex('ecdsa-p256-sha256'));
  });

  it('with a wrong structure is malformed', async () => {
    const extensions = [other(OID.ocspPreferredSignatureAlgorithms, derNull())];
    expect(await statusOf(service, await questionAbout('good', { extensions }))).toBe('malformedRequest');
  });
});

describe('a signed request', () => {
  const about = async (signed: Parameters<typeof encodeQuestion>[0]['signed'], requestorName?: Held) =>
    encodeQuestion({
      certIds: [await certIdOf(service, signature.ref)],
      extensions: [nonce(16)],
      ...(requestorName && { requestorName: requestorName.certificate.subject }),
      ...(signed && { signed }),
    });

  it('is demanded if the profile requires it', async () => {
    expect(await statusOf(service, await about(undefined))).toBe('sigRequired');
    // RFC 9919: a name without a signature is as if it were absent.
    expect(await statusOf(service, await about(undefined, portal))).toBe('sigRequired');
  });

  it('makes its signer the recipient of the record, with no purpose, since it names none', async () => {
    const question = await about({ signer: portal.signer, certs: [portal.certificate.der] }, portal);
    const { basic, answer } = await askSigned(service, 'signature-1', question);
    expect(single({ basic }).certStatus.status).toBe('good');
    // The answer to a proven caller may not go to anybody else.
    expect(answer.cacheable).toBeUndefined();
    const record = (await allRecords(service)).find(
      (one) => one.kind === 'provision' && one.recipient === 'tax-portal',
    );
    expect(service.principal('tax-portal').purposes).toHaveLength(2);
    expect(record).toMatchObject({ channel: 'ocsp', certificates: [signature.ref] });
    for (const member of ['purpose', 'legalBasis', 'purposeAssumed'])
      expect(record).not.toHaveProperty(member);
  });

  it('is verified even if no signature is required', async () => {
    const certIds = [await certIdOf(service, person.ref)];
    const requestorName = portal.certificate.subject;
    const signed = { signer: portal.signer, certs: [portal.certificate.der] };
    expect(await statusOf(service, await encodeQuestion({ certIds, requestorName, signed }))).toBe(
      'successful',
    );
    const spoilt = {
      ...signed,
      spoil: (octets: Uint8Array) => octets.with(octets.length - 1, (octets.at(-1) as number) ^ 1),
    };
    expect(await statusOf(service, await encodeQuestion({ certIds, requestorName, signed: spoilt }))).toBe(
      'unauthorized',
    );
  });

  it('that proves nothing is unauthorized', async () => {
    const { signer, certificate } = portal;
    const certs = [certificate.der];
    expect(await statusOf(service, await about({ signer, certs })), 'no name').toBe('unauthorized');
    expect(await statusOf(service, await about({ signer, certs }, person)), 'another name').toBe(
      'unauthorized',
    );
    expect(
      await statusOf(service, await about({ signer: person.signer, certs }, portal)),
      'another key',
    ).toBe('unauthorized');
    expect(
      await statusOf(
        service,
        await about({ signer: person.signer, certs: [person.certificate.der] }, person),
      ),
      "another CA's certificate",
    ).toBe('unauthorized');
  });

  it('without a certificate, or with something else in its place, is malformed', async () => {
    expect(await statusOf(service, await about({ signer: portal.signer }, portal))).toBe('malformedRequest');
    const certs = [derSequence(derNull())];
    expect(await statusOf(service, await about({ signer: portal.signer, certs }, portal))).toBe(
      'malformedRequest',
    );
  });

  it('under a revoked certificate is unauthorized', async () => {
    const gone = await credentialOf(service, 'procurement');
    const question = await about({ signer: gone.signer, certs: [gone.certificate.der] }, gone);
    expect(await statusOf(service, question)).toBe('successful');
    await service.app.authority.revoke(operator(), gone.ref, { reason: 'superseded' });
    expect(await statusOf(service, question)).toBe('unauthorized');
  });
});

describe('a question that is not ours to answer', () => {
  it('is unauthorized', async () => {
    const stranger = await generateSoftwareKey('ecdsa-p256-sha256');
    const issuer = decodeCertificate(await service.app.authority.caCertificate('organisation-1'));
    const certId = (issuerName: Der, issuerPublicKeyInfo: Uint8Array) =>
      encodeCertId({
        hash: 'sha256',
        issuerName,
        issuerPublicKeyInfo,
        serialNumber: parseSerial(get('good').ref.serial),
      });
    const foreign = [
      certId(encodeName(buildName([['CN', 'Another']])), stranger.subjectPublicKeyInfo),
      // Our name with another key, and our key with another name, belong to no CA of ours.
      certId(encodeName(issuer.subject), stranger.subjectPublicKeyInfo),
      certId(encodeName(buildName([['CN', 'Another']])), issuer.subjectPublicKeyInfo),
    ];
    for (const one of foreign)
      expect(await statusOf(service, await encodeQuestion({ certIds: [one] }))).toBe('unauthorized');
  });

  it('that is no OCSP request is malformed, and leaves no record', async () => {
    const before = (await allRecords(service)).length;
    const good = await questionAbout('good');
    const bad = [
      new Uint8Array(),
      Uint8Array.of(0x30, 0x80, 0, 0),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.of(0)]),
      derSequence(derSequence(derSequence())),
    ];
    for (const bytes of bad) expect(await statusOf(service, bytes)).toBe('malformedRequest');
    expect(await allRecords(service)).toHaveLength(before);
  });
});
