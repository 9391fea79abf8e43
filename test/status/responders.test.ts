import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { Der } from '../../lib/pki/der.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, statusOf } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** A responder's certificate from its first day to past its last. */

const DAY = 86_400_000;
const folder = temporaryFolder();
let service: Service;
let one: Held;

/** Runs in the middle of an answer, after the status is read and before anything is signed. */
let meanwhile: () => void | Promise<void> = () => {};
/** Serial numbers of the requests. Reads of the responder's own status do not count. */
const watched = new Set<string>();

beforeAll(async () => {
  service = await openService(folder.path, {
    table: (table) => ({
      get: async (key) => {
        const item = await table.get(key);
        if (key.pk.startsWith('status/') && watched.has(key.sk)) await meanwhile();
        return item as never;
      },
      query: (query) => table.query(query),
      write: (writes) => table.write(writes),
      close: () => table.close(),
    }),
  });
  one = await issueTo(service, 'official-position', 'order-1');
  watched.add(one.ref.serial);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const question = async () =>
  encodeQuestion({ certIds: [await certIdOf(service, one.ref)], extensions: [nonce(16)] });
const plain = async () => encodeQuestion({ certIds: [await certIdOf(service, one.ref)] });
/** The serial number of the responder's certificate that signed the answer. */
const answeredBy = async (asked: Uint8Array) =>
  (await askSigned(service, one.ref.ca, asked)).responder.serialNumber;

describe('a responder', () => {
  it('has a certificate of fourteen days and is renewed at half of them, under load, with no answer dropped', async () => {
    const first = await askSigned(service, one.ref.ca, await question());
    const { notBefore, notAfter } = first.responder;
    expect((notAfter.getTime() - notBefore.getTime() + 1000) / DAY).toBe(14);
    expect(await service.core.authority.renewResponders()).toEqual([]);
    service.advance(6.9 * DAY);
    expect(await service.core.authority.renewResponders()).toEqual([]);
    service.advance(0.2 * DAY);

    let stop = false;
    const seen = new Set<string>();
    const load = Array.from({ length: 4 }, async (_, i) => {
      while (!stop) seen.add(await answeredBy(await (i % 2 === 0 ? question() : plain())));
    });
    const renewed = await service.core.authority.renewResponders();
    expect(renewed).toContain(one.ref.ca);
    // Running processes look again once a minute.
    service.advance(61_000);
    for (let i = 0; i < 5; i++) await answeredBy(await question());
    stop = true;
    await Promise.all(load);
    const now = await answeredBy(await question());
    expect(now).not.toBe(first.responder.serialNumber);
    expect(await answeredBy(await plain())).toBe(now);
    expect([...seen].every((serial) => serial === now || serial === first.responder.serialNumber)).toBe(true);
  });

  it('that is renewed in the middle of an answer finishes it, and the new one signs the next', async () => {
    const asked = [await question(), await plain()];
    for (const der of asked) {
      const before = await answeredBy(der);
      service.advance(7.1 * DAY);
      let renewed: readonly string[] = [];
      let within = false;
      meanwhile = async () => {
        if (within) return;
        within = true;
        renewed = await service.core.authority.renewResponders();
        service.advance(61_000);
        // Another request, while the first is under way, takes up the new responder.
        expect(await answeredBy(await question())).not.toBe(before);
      };
      expect(await answeredBy(der)).toBe(before);
      expect(renewed).toContain(one.ref.ca);
      meanwhile = () => {};
      expect(await answeredBy(der)).not.toBe(before);
    }
  });

  it('logs an error before its end if it is not renewed', async () => {
    const { responder } = await askSigned(service, one.ref.ca, await question());
    const alarms = () => service.logged.filter(({ message }) => /near its end/.test(message));
    service.advance(responder.notAfter.getTime() - 5 * DAY - service.now());
    await answeredBy(await question());
    expect(alarms()).toHaveLength(0);
    service.advance(DAY);
    await answeredBy(await question());
    expect(alarms().at(-1)).toMatchObject({ level: 'error', facts: { ca: one.ref.ca } });
  });

  it('does not sign if its certificate ends between the request and the signature', async () => {
    const { responder } = await askSigned(service, one.ref.ca, await question());
    const asked = [await question(), await plain()];
    const { ref } = await issueTo(service, 'official-position', 'order-late');
    watched.add(ref.serial);
    asked.push(await encodeQuestion({ certIds: [await certIdOf(service, ref)] }));
    const back = service.now();
    for (const der of [asked[0], asked[2]] as Uint8Array[]) {
      service.advance(responder.notAfter.getTime() - 500 - service.now());
      meanwhile = () => service.advance(2_000);
      expect(await statusOf(service, der)).toBe('tryLater');
      meanwhile = () => {};
    }
    service.advance(back - service.now());
    for (const der of asked) expect(await statusOf(service, der)).toBe('successful');
  });

  it('never answers beyond its end: it gives tryLater and logs it', async () => {
    const { responder } = await askSigned(service, one.ref.ca, await question());
    service.advance(responder.notAfter.getTime() - 60_000 - service.now());
    for (const asked of [await question(), await plain()]) {
      const { basic } = await askSigned(service, one.ref.ca, asked);
      // Neither answer has a nextUpdate after the end of its responder's certificate.
      expect(basic.responses[0]?.nextUpdate).toEqual(responder.notAfter);
    }
    service.advance(62_000);
    const logged = service.logged.length;
    for (const asked of [await question(), await plain()])
      expect(await statusOf(service, asked)).toBe('tryLater');
    expect(
      service.logged.slice(logged).some(({ message }) => /tryLater until it is renewed/.test(message)),
    ).toBe(true);
  });

  it('answers again as soon as it is renewed', async () => {
    await service.core.authority.renewResponders();
    expect(await statusOf(service, await question())).toBe('successful');
  });
});

it('an answer names the responder by the key that signed it', async () => {
  const { der } = await service.app.status.ocsp(await question(), { recipient: 'public', method: 'POST' });
  const decoded = decodeOcspResponse(der);
  if (decoded.status !== 'successful') throw new Error(decoded.status);
  const { responderId, certs } = decoded.basic;
  const keyIdentifier = decodeCertificate(certs[0] as Der).extensions.find(
    ({ id }) => id === 'subjectKeyIdentifier',
  );
  expect('byKey' in responderId && responderId.byKey).toEqual(
    (keyIdentifier as { keyIdentifier: Uint8Array }).keyIdentifier,
  );
});
