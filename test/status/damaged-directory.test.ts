import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import type { Der } from '../../lib/pki/der.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { openGauges } from '../../lib/status/gauges.ts';
import type { Item, Value } from '../../lib/store/store.ts';
import { serveService } from '../served-service.ts';
import { type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { openAnother } from './another.ts';
import { certIdOf, encodeQuestion } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** One row in the directory of CAs cannot be read. The other CAs go on, and no answer says that this CA is not ours. */

const folder = temporaryFolder();
let service: Service & { readonly url: string };
let lost: Held;
let whole: Held;
let ofLost: Der;
let ofWhole: Der;
let ofNobody: Der;

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  lost = await issueTo(service, 'official-position', 'order-1');
  whole = await issueTo(service, 'person-authentication', 'order-2');
  expect(lost.ref.ca).not.toBe(whole.ref.ca);
  ofLost = await certIdOf(service, lost.ref);
  ofWhole = await certIdOf(service, whole.ref);
  // The last octet of the issuer's key hash stands before the serial number's tag, its length and its octets.
  const foreign = Buffer.from(ofLost);
  const before = foreign.length - lost.certificate.serialNumber.length / 2 - 3;
  foreign[before] = (foreign[before] as number) ^ 1;
  ofNobody = Uint8Array.from(foreign) as Der;
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const row = async (): Promise<Item> => {
  const found = await service.table.get({ pk: 'issuers', sk: lost.ref.ca });
  if (!found) throw new Error('no such row');
  return found;
};
/** Changes the row by `to`, and lets a minute pass, after which processes read the directory again. */
const change = async (to: (value: Value) => Value): Promise<void> => {
  const { pk, sk, version, value } = await row();
  await service.table.write([{ put: { pk, sk }, value: to(value), if: { version } }]);
  service.advance(60_000);
};

const ask = async (...certIds: readonly Der[]): Promise<string> => {
  const answer = await fetch(`${service.url}/ocsp`, {
    method: 'POST',
    headers: { 'content-type': 'application/ocsp-request' },
    body: await encodeQuestion({ certIds }),
  });
  const response = decodeOcspResponse(new Uint8Array(await answer.arrayBuffer()));
  if (response.status !== 'successful') return response.status;
  return response.basic.responses.map(({ certStatus }) => certStatus.status).join(' ');
};

const cut = (text: unknown): string => String(text).slice(0, -8);

const DAMAGES: readonly (readonly [string, (value: Value) => Value])[] = [
  ['nothing in it', () => ({})],
  ['half a certificate', (value) => ({ ...value, certificate: cut(value.certificate) })],
  ['no certificate', ({ certificate: _, ...value }) => value],
  ['responders of another kind', (value) => ({ ...value, responders: 'ecdsa-p256-sha256' })],
];

describe.each(DAMAGES)('a CA with %s in its row', (_name, damage) => {
  let before: Value;
  beforeAll(async () => {
    before = (await row()).value;
    await change(damage);
  });
  afterAll(() => change(() => before));
  afterEach(() => {
    service.logged.length = 0;
  });

  it('gives an OCSP error, and the other CAs answer as before', async () => {
    const recorded = (await allRecords(service)).length;
    expect(await ask(ofWhole)).toBe('good');
    expect(await ask(ofLost)).toBe('internalError');
    // The CertID may belong to the damaged CA, so the answer is neither unauthorized nor unknown.
    expect(await ask(ofNobody)).toBe('internalError');
    expect(await ask(ofWhole, ofLost)).toBe('internalError');
    expect((await allRecords(service)).length).toBe(recorded + 1);
  });

  it('is logged once for each reading, by its id alone', async () => {
    service.advance(60_000);
    for (let i = 0; i < 3; i++) await ask(ofLost);
    const said = () => service.logged.filter(({ message }) => message.startsWith('The row of a CA'));
    expect(said()).toHaveLength(1);
    expect(said()[0]).toMatchObject({ level: 'error', facts: { ca: lost.ref.ca } });
    expect(Object.keys(said()[0]?.facts ?? {}).sort()).toEqual(['ca', 'error']);
    service.advance(60_000);
    await ask(ofWhole);
    expect(said()).toHaveLength(2);
  });

  it('does not keep a process from starting, and another CA from publishing', async () => {
    const { core, app } = await openAnother(service);
    expect((await app.authority.authorities()).map(({ id }) => id)).toContain(whole.ref.ca);
    expect(await TASKS.publication(core)).not.toContain(lost.ref.ca);
    const { number } = await app.status.publish(whole.ref.ca, 'service');
    expect(number).toBeGreaterThan(1n);
    const reply = await fetch(`${service.url}/crl/${lost.ref.ca}/full.crl`);
    expect(reply.status).toBe(500);
    expect(await reply.text()).not.toContain(lost.ref.ca);
  });

  it('stays in the gauges, with the age of its CRL and without a responder', async () => {
    const { authorities } = await openGauges({
      table: service.table,
      rowsSetAside: async () => 0,
      leavesBehind: async () => 0,
      oldestUnsequenced: async () => undefined,
      clock: service.now,
      log: () => {},
    })();
    const [gauge] = authorities.filter(({ ca }) => ca === lost.ref.ca);
    expect(gauge?.crlNextUpdate).toBeInstanceOf(Date);
    expect(gauge?.responderNotAfter).toBeUndefined();
    const [other] = authorities.filter(({ ca }) => ca === whole.ref.ca);
    expect(other?.responderNotAfter).toBeInstanceOf(Date);
  });
});

it('a CA whose row was mended answers again, and a CA that is not ours is unauthorized again', async () => {
  expect(await ask(ofLost)).toBe('good');
  expect(await ask(ofNobody)).toBe('unauthorized');
  expect(await ask(ofWhole, ofLost)).toBe('good unknown');
});
