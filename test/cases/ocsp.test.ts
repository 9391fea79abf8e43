import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jstMonth, readCounts } from '../../lib/ledger/counts.ts';
import {
  decodeCertificate,
  decodeOcspResponse,
  derInteger,
  derOctetString,
  derSequence,
  encodeName,
  subjectPublicKeyOctets,
  tlv,
} from '../../lib/pki/pki.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { openAudited, sequenceAll } from '../cli/audited.ts';
import { serveService } from '../served-service.ts';
import { issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { askSigned, certIdOf, PUBLIC, statusOf } from '../status/asking.ts';
import { credentialOf, type Held, issueTo } from '../status/office.ts';
import { allRecords } from '../world.ts';
import { NO_CASES, readCase } from './cases.ts';

/** OCSP requests as other people's clients write them. */
const folder = temporaryFolder();
let service: Service & { readonly url: string };
let good: CertificateRef;
let portal: Held;
/** The hashes of our CA that a CertID has, by SHA-1. */
let nameHash: Buffer;
let keyHash: Buffer;
const CA = 'authentication-1';

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'), {
    domain: ({ authorities }) => {
      const organisation = authorities.find(({ id }) => id === 'organisation');
      Object.assign(organisation?.ocsp ?? {}, { neverIssued: 'revoked' });
    },
  });
  good = (await issueTo(service, 'person-authentication', 'order-1')).ref;
  portal = await credentialOf(service, 'tax-portal');
  const issuer = decodeCertificate(await service.app.authority.caCertificate(CA));
  nameHash = createHash('sha1').update(encodeName(issuer.subject)).digest();
  keyHash = createHash('sha1').update(subjectPublicKeyOctets(issuer.subjectPublicKeyInfo)).digest();
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

/** The request asks about a CA and certificates of another service; it then asks about ours. */
const ours = (bytes: Buffer): Buffer => {
  const exchanges: readonly (readonly [Buffer, Buffer])[] = [
    [Buffer.from('8c7937221e7799ee5fe3db235e6669aa5ee8712c', 'hex'), nameHash],
    [Buffer.from('8a9d5aa09e54603ced35940be0bc10887c39885d', 'hex'), keyHash],
    [Buffer.from('016e9df971f0da46cfa29e9d8cebc1391b', 'hex'), Buffer.from(good.serial, 'hex')],
    [Buffer.from('01afc1d36f505700797578e4b680f4e4e0', 'hex'), Buffer.from(good.serial, 'hex')],
  ];
  const copy = Buffer.from(bytes);
  for (const [theirs, mine] of exchanges)
    for (let at = copy.indexOf(theirs); at >= 0; at = copy.indexOf(theirs, at + 1)) mine.copy(copy, at);
  return copy;
};

const ask = async (question: Uint8Array, ca = CA, caller = PUBLIC) => {
  const { basic } = await askSigned(service, ca, question, caller);
  return { ...basic, said: basic.responses.map(({ certStatus }) => certStatus.status) };
};

const lastRecord = async () => {
  const records = (await allRecords(service)).filter(({ kind }) => kind === 'provision');
  const last = records.sort((a, b) => (a.id < b.id ? -1 : 1)).at(-1);
  return last?.kind === 'provision' ? last : undefined;
};

describe.skipIf(NO_CASES)('CertIDs from the cases', () => {
  it.each(['H4a', 'H4b', 'H4c'])('%s, whose serial no certificate can have, is unknown', async (name) => {
    expect((await ask(ours(readCase(`${name}.ocsp-request.der`)))).said).toEqual(['unknown']);
    // Counted as an answer, and not listed as a certificate.
    expect(await lastRecord()).toMatchObject({
      certificates: [],
      provided: { answers: [], impossible: 1 },
      count: 1,
    });
  });

  it('H4d answers for the good one beside it', async () => {
    expect((await ask(ours(readCase('H4d.ocsp-request.der')))).said).toEqual(['good', 'unknown']);
    expect(await lastRecord()).toMatchObject({
      certificates: [good],
      provided: { answers: ['good'], impossible: 1 },
      count: 2,
    });
  });

  it('P6, SHA-1 without NULL, is found', async () => {
    expect((await ask(ours(readCase('P6.ocsp-request.der')))).said).toEqual(['good']);
  });

  it('P7 gets its critical nonce back, P8 has a nonce that is too long, P9 has none and gets none', async () => {
    const echoed = await ask(ours(readCase('P7.ocsp-request.der')));
    expect([echoed.said, Buffer.from(echoed.nonce ?? []).toString('hex')]).toEqual([
      ['good'],
      '01'.repeat(16),
    ]);
    expect(await statusOf(service, ours(readCase('P8.ocsp-request.der')))).toBe('malformedRequest');
    const without = await ask(ours(readCase('P9.ocsp-request.der')));
    expect([without.said, without.nonce]).toEqual([['good'], undefined]);
  });

  it.each([
    ['P10', 'HTTP/1.0'],
    ['P11', 'a chunk extension and a trailer'],
  ])('%s, by %s, is answered', async (name) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.write(ours(readCase(`${name}.http`)));
    await new Promise((resolve) => socket.once('close', resolve));
    const reply = Buffer.concat(parts);
    const end = reply.indexOf('\r\n\r\n');
    const head = reply.subarray(0, end).toString('latin1');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    const response = decodeOcspResponse(reply.subarray(end + 4));
    if (response.status !== 'successful') throw new Error(response.status);
    expect(response.basic.responses[0]?.certStatus.status).toBe('good');
  });
});

const SHA1 = Buffer.from('300906052b0e03021a0500', 'hex');

describe('CertIDs that cannot be ours', () => {
  const certId = (serial: Uint8Array, name: Uint8Array = nameHash, key: Uint8Array = keyHash, oid = SHA1) =>
    derSequence(oid, derOctetString(name), derOctetString(key), serial);
  const UNKNOWN_HASH = Buffer.from('300406022a03', 'hex');
  const request = (...ids: readonly Uint8Array[]) =>
    derSequence(derSequence(derSequence(...ids.map((id) => derSequence(id)))));

  it('are unknown beside one that is ours, whatever their hashes, and unauthorized alone', async () => {
    const serial = derInteger(BigInt(`0x${good.serial}`));
    const both = Buffer.concat([nameHash, keyHash]);
    const strange = [
      certId(serial, new Uint8Array(), keyHash),
      certId(serial, nameHash, new Uint8Array(32)),
      // Together the same octets as ours, cut elsewhere.
      certId(serial, both.subarray(0, 19), both.subarray(19)),
      certId(serial, nameHash, keyHash, UNKNOWN_HASH),
      certId(derInteger(0), new Uint8Array(20), keyHash),
    ];
    const { said } = await ask(request(...strange, certId(serial)));
    expect(said).toEqual([...strange.map(() => 'unknown'), 'good']);
    expect(await lastRecord()).toMatchObject({
      certificates: [good],
      provided: { answers: ['good'] },
      count: 1,
    });
    for (const id of strange) expect(await statusOf(service, request(id))).toBe('unauthorized');
  });

  it('are what never issued ones are where a CA calls these revoked', async () => {
    const issuer = decodeCertificate(await service.app.authority.caCertificate('organisation-1'));
    const name = createHash('sha1').update(encodeName(issuer.subject)).digest();
    const key = createHash('sha1').update(subjectPublicKeyOctets(issuer.subjectPublicKeyInfo)).digest();
    expect((await ask(request(certId(derInteger(-1), name, key)), 'organisation-1')).said).toEqual([
      'revoked',
    ]);
  });
});

describe('the record of an answer about a serial number that no certificate can have', () => {
  it('is counted, and the audit finds nothing wrong with it', async () => {
    const audited = await openAudited(async (house, place) => {
      const issuer = decodeCertificate(await house.app.authority.caCertificate(CA));
      const of = (digest: string, bytes: Uint8Array) =>
        derOctetString(createHash(digest).update(bytes).digest());
      const certId = (serial: Uint8Array) =>
        derSequence(
          derSequence(
            SHA1,
            of('sha1', encodeName(issuer.subject)),
            of('sha1', subjectPublicKeyOctets(issuer.subjectPublicKeyInfo)),
            serial,
          ),
        );
      const csr = opensslRequest(place, 'person');
      const { certificate } = await issueThroughOffice(house, 'person-authentication', csr);
      const mine = derInteger(BigInt(`0x${certificate.serial}`));
      for (const serials of [[derInteger(0)], [derInteger(-1), mine, derInteger(1n << 170n)]])
        await askSigned(house, CA, derSequence(derSequence(derSequence(...serials.map(certId)))));
      await sequenceAll(house);
      const counts = await readCounts(house.table, jstMonth(house.now()));
      expect(counts.filter(({ cell }) => cell.kind === 'provision')).toMatchObject([
        { records: 1, items: 1 },
        { cell: { tenant: 'tokiwa' }, records: 1, items: 3 },
      ]);
    });
    try {
      audited.restore();
      const { code, out } = await audited.verify();
      expect([code, JSON.parse(out).findings]).toEqual([0, []]);
    } finally {
      audited.remove();
    }
  }, 60_000);
});

describe('slips of clients that are in use', () => {
  const VERSION = tlv(0xa0, derInteger(0));
  const NO_EXTENSIONS = tlv(0xa2, derSequence());

  it.each<[string, readonly Uint8Array[], readonly Uint8Array[]]>([
    ['version 1 written out (Botan)', [VERSION], []],
    ['an empty requestExtensions (Bouncy Castle 1.72)', [], [NO_EXTENSIONS]],
    ['both', [VERSION], [NO_EXTENSIONS]],
  ])('%s is answered, also in a signed request', async (_, before, after) => {
    const list = derSequence(derSequence(await certIdOf(service, good)));
    expect((await ask(derSequence(derSequence(...before, list, ...after)))).said).toEqual(['good']);

    const { signer, certificate } = portal;
    const requestor = tlv(0xa1, tlv(0xa4, encodeName(certificate.subject)));
    const tbs = derSequence(...before, requestor, list, ...after);
    const signature = tlv(
      0xa0,
      derSequence(
        signer.algorithm.signatureAlgorithm,
        tlv(0x03, Uint8Array.of(0), await signer.sign(tbs)),
        tlv(0xa0, derSequence(certificate.der)),
      ),
    );
    expect((await ask(derSequence(tbs, signature))).said).toEqual(['good']);
    expect(await lastRecord()).toMatchObject({ recipient: 'tax-portal', certificates: [good] });
  });
});
