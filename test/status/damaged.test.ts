import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../lib/keys/algorithms.ts';
import type { Der } from '../../lib/pki/der.ts';
import { derSequence } from '../../lib/pki/der-encoder.ts';
import { decodeOcspRequest } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { OID } from '../../lib/pki/oids.ts';
import { mutated } from '../pki/mutation.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { certIdOf, encodeQuestion, nonce, other, PUBLIC } from './asking.ts';
import { credentialOf, type Held, issueTo } from './office.ts';

/** Damaged requests. Each gets an error that blames the caller, not the service, or a true answer to its new content. */

const folder = temporaryFolder();
let service: Service;
let good: Held;
let revoked: Held;
let plain: readonly Uint8Array[] = [];
let signed: readonly Uint8Array[] = [];

beforeAll(async () => {
  service = await openService(folder.path);
  good = await issueTo(service, 'official-position', 'order-1');
  revoked = await issueTo(service, 'official-position', 'order-2');
  await service.app.authority.revoke(service.principal('operator-noda'), revoked.ref, {
    reason: 'keyCompromise',
  });
  const certIds = [await certIdOf(service, good.ref), await certIdOf(service, revoked.ref, 'sha1')];
  const [first] = certIds as [Der];
  const preferred = other(
    OID.ocspPreferredSignatureAlgorithms,
    derSequence(derSequence(algorithmNamed('rsa2048-sha256').signatureAlgorithm as Der)),
  );
  plain = [
    await encodeQuestion({ certIds: [first] }),
    await encodeQuestion({ certIds, extensions: [nonce(32)] }),
    await encodeQuestion({ certIds: [first], extensions: [nonce(16, true), preferred] }),
    await encodeQuestion({ certIds, singleExtensions: [other(OID.ocspCrlReferences, derSequence())] }),
  ];
  signed = await Promise.all(
    (['ecdsa-p256-sha256', 'ed25519', 'rsa2048-sha256'] as const).map(async (algorithm) => {
      const portal = await credentialOf(service, 'tax-portal', algorithm);
      return encodeQuestion({
        certIds,
        extensions: [nonce(8)],
        requestorName: portal.certificate.subject,
        signed: { signer: portal.signer, certs: [portal.certificate.der] },
      });
    }),
  );
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const statusOfSerial = new Map<string, string>();

/** Gives the OCSPResponseStatus, and compares an answer with the request. */
const ask = async (bytes: Uint8Array): Promise<string> => {
  const { der, error } = await service.app.status.ocsp(bytes, PUBLIC);
  const response = decodeOcspResponse(der);
  if (response.status !== 'successful') {
    expect(response.status).toBe(error);
    return response.status;
  }
  const { requestList, nonce: asked } = decodeOcspRequest(bytes);
  const { basic } = response;
  const hex = (octets: Uint8Array | undefined) => octets && Buffer.from(octets).toString('hex');
  expect(hex(basic.nonce)).toBe(hex(asked));
  expect(basic.responses.map(({ certId }) => hex(certId.der))).toEqual(
    requestList.map(({ certId }) => hex(certId.der)),
  );
  for (const { certId, certStatus } of basic.responses)
    expect(['unknown', statusOfSerial.get(certId.serialNumber ?? '')]).toContain(certStatus.status);
  return response.status;
};

const count = async (seeds: readonly Uint8Array[], numRuns: number): Promise<Map<string, number>> => {
  statusOfSerial.set(good.ref.serial, 'good').set(revoked.ref.serial, 'revoked');
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(mutated(seeds), async (bytes) => {
      const status = await ask(bytes);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      // Neither internalError nor tryLater: there is nothing wrong with the service.
      expect(['successful', 'malformedRequest', 'unauthorized']).toContain(status);
    }),
    { numRuns },
  );
  return seen;
};

describe('a damaged request', () => {
  it('is refused, or answered for its new content', { timeout: 60_000 }, async () => {
    const before = (await allRecords(service)).length;
    const seen = await count(plain, 2500);
    for (const status of ['successful', 'malformedRequest', 'unauthorized'])
      expect(seen.get(status), status).toBeGreaterThan(20);
    expect((await allRecords(service)).length - before).toBe(seen.get('successful'));
  });

  it('that was signed names its signer only if that part is intact', { timeout: 60_000 }, async () => {
    for (const whole of signed) expect(await ask(whole)).toBe('successful');
    const before = await allRecords(service);
    const seen = await count(signed, 2500);
    for (const status of ['malformedRequest', 'unauthorized'])
      expect(seen.get(status), status).toBeGreaterThan(100);
    // A request that still gets an answer has lost its whole signature, or was damaged outside the signed bytes.
    const after = await allRecords(service);
    const made = after.slice(0, after.length - before.length);
    expect(made).toHaveLength(seen.get('successful') ?? 0);
    for (const record of made) {
      if (record.kind !== 'provision' || record.recipient === 'public') continue;
      expect(record.certificates).toEqual([good.ref, revoked.ref]);
    }
  });
});
