import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CertIdHash, encodeCertId } from '../../lib/pki/cert-id.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, statusOf } from './asking.ts';
import { forgetCeremony, type Held, issueTo } from './office.ts';

/** Two generations of one CA: one name, two keys, and answers for both from one service. */

const folder = temporaryFolder();
let service: Service;
let old: Held;
let oldRevoked: Held;
let young: Held;
const [OLD, YOUNG] = ['organisation-1', 'organisation-2'] as const;
const HASHES: readonly CertIdHash[] = ['sha1', 'sha256', 'sha384', 'sha512'];

beforeAll(async () => {
  const first = await openService(folder.path);
  old = await issueTo(first, 'official-position', 'order-1');
  oldRevoked = await issueTo(first, 'official-position', 'order-2');
  await first.app.authority.revoke(first.principal('operator-noda'), oldRevoked.ref, {
    reason: 'superseded',
  });
  // The next generation stands in the file of the next ceremony.
  await first.close();
  forgetCeremony(folder.path);
  service = await openService(folder.path, {
    domain: ({ authorities }) => {
      for (const authority of authorities)
        if (authority.id === 'organisation') Object.assign(authority, { generation: 2 });
    },
  });
  young = await issueTo(service, 'official-position', 'order-3');
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const caOf = async (ca: string) => decodeCertificate(await service.app.authority.caCertificate(ca));
const statusesOf = async (ca: string, certIds: Parameters<typeof encodeQuestion>[0]['certIds']) => {
  const { basic } = await askSigned(service, ca, await encodeQuestion({ certIds, extensions: [nonce(16)] }));
  return basic.responses.map(({ certStatus }) => certStatus.status);
};

describe('two generations of a CA', () => {
  it('have one name and two keys', async () => {
    const [before, after] = [await caOf(OLD), await caOf(YOUNG)];
    expect(encodeName(after.subject)).toEqual(encodeName(before.subject));
    expect(after.subjectPublicKeyInfo).not.toEqual(before.subjectPublicKeyInfo);
    expect([old.ref.ca, young.ref.ca]).toEqual([OLD, YOUNG]);
  });

  it.each(HASHES)('are told apart by the hash of the key, with %s', async (hash) => {
    // askSigned checks that a responder of the issuing generation signed.
    expect(await statusesOf(OLD, [await certIdOf(service, old.ref, hash)])).toEqual(['good']);
    expect(await statusesOf(OLD, [await certIdOf(service, oldRevoked.ref, hash)])).toEqual(['revoked']);
    expect(await statusesOf(YOUNG, [await certIdOf(service, young.ref, hash)])).toEqual(['good']);
  });

  it('do not know the serial numbers of each other', async () => {
    const wrong = await certIdOf(service, { ca: YOUNG, serial: oldRevoked.ref.serial });
    expect(await statusesOf(YOUNG, [wrong])).toEqual(['unknown']);
    const other = await certIdOf(service, { ca: OLD, serial: young.ref.serial });
    expect(await statusesOf(OLD, [other])).toEqual(['unknown']);
  });

  it('in one request are answered by the first one, which calls certificates of the other unknown', async () => {
    const ids = await Promise.all([old, young, oldRevoked].map(({ ref }) => certIdOf(service, ref)));
    const [ofOld, ofYoung, ofRevoked] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];
    expect(await statusesOf(OLD, [ofOld, ofYoung, ofRevoked])).toEqual(['good', 'unknown', 'revoked']);
    expect(await statusesOf(YOUNG, [ofYoung, ofRevoked, ofOld])).toEqual(['good', 'unknown', 'unknown']);
    // The record names the certificates with a status, and not those that are unknown to this CA.
    const [last] = await allRecords(service);
    expect(last).toMatchObject({ certificates: [young.ref], provided: { answers: ['good'] } });
  });

  it('are recognised in one request that uses different digests', async () => {
    const certIds = await Promise.all([
      certIdOf(service, young.ref, 'sha1'),
      certIdOf(service, young.ref, 'sha512'),
      certIdOf(service, oldRevoked.ref, 'sha384'),
    ]);
    expect(await statusesOf(YOUNG, certIds)).toEqual(['good', 'good', 'unknown']);
  });

  it('are not found by their key under the name of another CA, nor by their name with a foreign key', async () => {
    const [organisation, authentication] = [await caOf(OLD), await caOf('authentication-1')];
    const certId = (issuerName: typeof organisation, issuerKey: typeof organisation) =>
      encodeCertId({
        hash: 'sha256',
        issuerName: encodeName(issuerName.subject),
        issuerPublicKeyInfo: issuerKey.subjectPublicKeyInfo,
        serialNumber: parseSerial(old.ref.serial),
      });
    for (const crossed of [certId(organisation, authentication), certId(authentication, organisation)])
      expect(await statusOf(service, await encodeQuestion({ certIds: [crossed] }))).toBe('unauthorized');
    // Beside a CertID that is ours it is only unknown (RFC 6960 2.2).
    const ours = await certIdOf(service, old.ref);
    expect(await statusesOf(OLD, [certId(authentication, organisation), ours])).toEqual(['unknown', 'good']);
  });

  it('have responders of their own, each certified by the key of its generation', async () => {
    const responders = await Promise.all(
      [old, young].map(async ({ ref }) => {
        const question = await encodeQuestion({ certIds: [await certIdOf(service, ref)] });
        return (await askSigned(service, ref.ca, question)).responder;
      }),
    );
    const [ofOld, ofYoung] = responders as [(typeof responders)[0], (typeof responders)[0]];
    expect(ofOld.subjectPublicKeyInfo).not.toEqual(ofYoung.subjectPublicKeyInfo);
    const authorityKey = ({ extensions }: typeof ofOld) =>
      extensions.find(({ id }) => id === 'authorityKeyIdentifier');
    expect(authorityKey(ofOld)).not.toEqual(authorityKey(ofYoung));
  });
});
