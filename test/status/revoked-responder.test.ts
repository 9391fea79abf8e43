import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import { algorithmNamed } from '../../lib/keys/algorithms.ts';
import type { KeyStore } from '../../lib/keys/keys.ts';
import type { Certificate } from '../../lib/pki/certificate.ts';
import type { Der } from '../../lib/pki/der.ts';
import { derSequence } from '../../lib/pki/der-encoder.ts';
import { publicKeyAlgorithm } from '../../lib/pki/ocsp-extensions.ts';
import { OID } from '../../lib/pki/oids.ts';
import { openGauges } from '../../lib/status/gauges.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { openAnother } from './another.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, other, statusOf } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** A responder whose certificate two operators revoke: it signs nothing any more, and another takes its place. */

const MINUTE = 60_000;
let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let one: Held;
/** Another process on the same stores. */
let second: App;
/** Replaces the key store, to damage keys in it. */
let keys: (keys: KeyStore) => KeyStore;

beforeEach(async () => {
  folder = temporaryFolder();
  keys = (store) => store;
  service = await openService(folder.path, {
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        delete ocsp.furtherAlgorithms;
        if (id === 'signature') ocsp.furtherAlgorithms = ['ecdsa-p384-sha384'];
      }
    },
    keys: (store) => ({
      open: (id) => keys(store).open(id),
      create: (id, algorithm) => keys(store).create(id, algorithm),
    }),
  });
  one = await issueTo(service, 'official-position', 'order-1');
  second = (await openAnother(service)).app;
}, 60_000);
afterEach(async () => {
  await service.close();
  folder.remove();
});

const question = async () => encodeQuestion({ certIds: [await certIdOf(service, one.ref)] });
const withNonce = async () =>
  encodeQuestion({ certIds: [await certIdOf(service, one.ref)], extensions: [nonce(32)] });

const answersOf = async (app: App): Promise<readonly string[]> =>
  Promise.all([question(), withNonce()].map(async (asked) => statusOf({ app }, await asked)));

const responderOf = async (app: App): Promise<Certificate> => {
  const { responder } = await askSigned({ app, now: service.now }, one.ref.ca, await withNonce());
  const plain = await askSigned({ app, now: service.now }, one.ref.ca, await question());
  expect(plain.responder.serialNumber).toBe(responder.serialNumber);
  return responder;
};

const revoke = async (
  serial: string,
  reason: 'keyCompromise' | 'superseded',
  ca = one.ref.ca,
): Promise<void> => {
  const ref = { ca, serial };
  for (const id of ['operator-sakai', 'operator-noda'])
    await service.app.authority.revoke(service.principal(id), ref, { reason });
  expect((await service.app.authority.certificate(service.principal('operator-noda'), ref)).status).toBe(
    'revoked',
  );
};

const renew = () => service.core.authority.renewResponders();

const daysLeftOf = async (ca: string): Promise<Date | undefined> => {
  const { authorities } = await openGauges({
    table: service.table,
    rowsSetAside: async () => 0,
    leavesBehind: async () => 0,
    oldestUnsequenced: async () => undefined,
    clock: service.now,
    log: () => {},
  })();
  return authorities.find((one) => one.ca === ca)?.responderNotAfter;
};

/** Deletes the row of the CA's current responder, as an operator does with a damaged row. */
const takeRowAway = async (): Promise<void> => {
  const key = { pk: 'responders', sk: `${one.ref.ca}/ecdsa-p256-sha256` };
  const row = await service.table.get(key);
  if (!row) throw new Error('no such row');
  await service.table.write([{ delete: key, if: { version: row.version } }]);
};

describe('a revoked responder', () => {
  it('signs nothing in any process after a minute, which is logged and measured, and the task replaces it', async () => {
    const before = await responderOf(service.app);
    expect((await responderOf(second)).serialNumber).toBe(before.serialNumber);
    expect(await daysLeftOf(one.ref.ca)).toEqual(before.notAfter);
    await revoke(before.serialNumber, 'keyCompromise');
    expect(await daysLeftOf(one.ref.ca)).toBeUndefined();

    service.advance(MINUTE);
    for (const app of [service.app, second]) expect(await answersOf(app)).toEqual(['tryLater', 'tryLater']);
    const said = service.logged.filter(({ message }) => /responder is revoked/.test(message));
    expect(said).toMatchObject([{ level: 'error', facts: { ca: one.ref.ca, serial: before.serialNumber } }]);

    expect(await renew()).toEqual([one.ref.ca]);
    // A process without a responder looks for one at each request.
    for (const app of [service.app, second]) {
      const after = await responderOf(app);
      expect(after.serialNumber).not.toBe(before.serialNumber);
      expect(after.subjectPublicKeyInfo).not.toEqual(before.subjectPublicKeyInfo);
    }
    expect(await daysLeftOf(one.ref.ca)).toBeInstanceOf(Date);
    expect(await renew()).toEqual([]);
  });

  it('that is replaced within a minute is dropped within that minute, and no answer is lost', async () => {
    const before = await responderOf(second);
    await revoke(before.serialNumber, 'keyCompromise');
    expect(await renew()).toEqual([one.ref.ca]);
    expect(await answersOf(second)).toEqual(['successful', 'successful']);
    service.advance(MINUTE);
    expect((await responderOf(second)).serialNumber).not.toBe(before.serialNumber);
  });

  it('never comes back, even if its row is deleted and numbers begin again', async () => {
    const first = await responderOf(service.app);
    await revoke(first.serialNumber, 'keyCompromise');
    await renew();
    service.advance(MINUTE);
    const next = await responderOf(service.app);
    await revoke(next.serialNumber, 'keyCompromise');
    await takeRowAway();
    expect(await renew()).toEqual([one.ref.ca]);
    service.advance(MINUTE);
    const { serialNumber, subjectPublicKeyInfo } = await responderOf(service.app);
    for (const gone of [first, next]) {
      expect(serialNumber).not.toBe(gone.serialNumber);
      expect(subjectPublicKeyInfo).not.toEqual(gone.subjectPublicKeyInfo);
    }
  });

  it('without a status in the register signs nothing either, and is replaced', async () => {
    const before = await responderOf(service.app);
    const key = { pk: `status/${one.ref.ca}/${before.serialNumber.slice(-1)}`, sk: before.serialNumber };
    const row = await service.table.get(key);
    await service.table.write([{ delete: key, if: { version: row?.version as number } }]);
    service.advance(MINUTE);
    for (const app of [service.app, second])
      expect(await answersOf(app)).toEqual(['internalError', 'internalError']);
    expect(await renew()).toEqual([one.ref.ca]);
    for (const app of [service.app, second])
      expect((await responderOf(app)).serialNumber).not.toBe(before.serialNumber);
  });

  it('of a further algorithm is left out, and the default answers clients that prefer it', async () => {
    const { ref } = await issueTo(service, 'person-signature', 'order-2');
    const identifier = algorithmNamed('ecdsa-p384-sha384').signatureAlgorithm as Der;
    const asked = await encodeQuestion({
      certIds: [await certIdOf(service, ref)],
      extensions: [other(OID.ocspPreferredSignatureAlgorithms, derSequence(derSequence(identifier)))],
    });
    const answeredBy = async () => (await askSigned(service, ref.ca, asked)).responder;
    const preferred = await answeredBy();
    await revoke(preferred.serialNumber, 'keyCompromise', ref.ca);
    service.advance(MINUTE);
    const meanwhile = await answeredBy();
    expect(meanwhile.signatureAlgorithm).toEqual(preferred.signatureAlgorithm);
    expect(publicKeyAlgorithm(meanwhile.subjectPublicKeyInfo)).not.toEqual(
      publicKeyAlgorithm(preferred.subjectPublicKeyInfo),
    );
    expect(await renew()).toEqual([ref.ca]);
    service.advance(MINUTE);
    const after = await answeredBy();
    expect(publicKeyAlgorithm(after.subjectPublicKeyInfo)).toEqual(
      publicKeyAlgorithm(preferred.subjectPublicKeyInfo),
    );
    expect(after.serialNumber).not.toBe(preferred.serialNumber);
  });
});

describe('a lost key of a responder', () => {
  /** Damages the key with that id: it can be neither opened nor made. */
  const damage = (lost: string): void => {
    const refused = (): Promise<never> =>
      Promise.reject(new Fault('key-store-damaged', 'The key cannot be opened.'));
    keys = (store) => ({
      open: (id) => (id === lost ? refused() : store.open(id)),
      create: (id, algorithm) => (id === lost ? refused() : store.create(id, algorithm)),
    });
  };

  it('is replaced after its certificate is revoked', async () => {
    const before = await responderOf(service.app);
    damage('ocsp-organisation-1-1');
    const { app } = await openAnother(service);
    expect(await statusOf({ app }, await withNonce())).not.toBe('successful');
    await revoke(before.serialNumber, 'superseded');
    expect(await renew()).toEqual([one.ref.ca]);
    expect((await responderOf(app)).serialNumber).not.toBe(before.serialNumber);
  });

  it('that was made anew under the same id is not used with the certificate of the old key', async () => {
    const before = await responderOf(service.app);
    await takeRowAway();
    keys = (store) => {
      const remade = (id: string): string =>
        id.replace(/^ocsp-organisation-1-1$/, 'ocsp-organisation-1-1-anew');
      return {
        open: (id) => store.open(remade(id)),
        create: (id, algorithm) => store.create(remade(id), algorithm),
      };
    };
    expect(await renew()).toEqual([one.ref.ca]);
    const { app } = await openAnother(service);
    const after = await responderOf(app);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.subjectPublicKeyInfo).not.toEqual(before.subjectPublicKeyInfo);
  });
});
