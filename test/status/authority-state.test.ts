import { hash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCertificate, decodeCertificateList, findExtension } from '../../lib/pki/pki.ts';
import { openGauges } from '../../lib/status/gauges.ts';
import { type AuthorityState, crlFloor } from '../../lib/status/status.ts';
import type { Value } from '../../lib/store/store.ts';
import { type ServedService, serveService } from '../served-service.ts';
import { temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { issueTo } from './office.ts';

/** How a CA, its CRLs and its responders stand: `GET /api/v1/authorities/{ca}/state`, through the door. */

const CA = 'organisation-1';
const TWO_LISTS = 'authentication-1';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The clock goes on while a question is answered. */
const AWHILE = 30_000;
const CURRENT = { pk: `crls/${CA}/full`, sk: 'current' };

const folder = temporaryFolder();
let service: ServedService;
const opened: string[] = [];
const read: string[] = [];

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'), {
    domain: ({ authorities }) => {
      for (const { id, crl } of authorities) if (id === 'authentication') crl.onlyContainsUserCerts = true;
    },
    keys: (keys) => ({
      open: (id) => {
        opened.push(id);
        return keys.open(id);
      },
      create: (id, algorithm) => keys.create(id, algorithm),
    }),
    bucket: (bucket) => ({
      get: (key) => {
        read.push(key);
        return bucket.get(key);
      },
      put: (key, body, options) => bucket.put(key, body, options),
      list: (prefix, page) => bucket.list(prefix, page),
      delete: (key) => bucket.delete(key),
    }),
  });
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const ask = async (ca: string, who = 'operator-noda') => {
  const { token } = await service.app.principals.issueToken(service.principal(who));
  const answer = await fetch(`${service.url}/api/v1/authorities/${ca}/state`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

const stateOf = async (ca = CA): Promise<AuthorityState> => {
  const { status, text } = await ask(ca);
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return JSON.parse(text);
};

const fullOf = async (): Promise<AuthorityState['crls'][number]> => {
  const [full] = (await stateOf()).crls;
  if (full === undefined) throw new Error('there is no CRL');
  return full;
};

const publish = () => service.core.status.publish(CA, 'operator-noda');

const revoke = async (serial: string, reason: 'superseded' | 'keyCompromise'): Promise<void> => {
  for (const id of ['operator-sakai', 'operator-noda'])
    await service.app.authority.revoke(service.principal(id), { ca: CA, serial }, { reason });
};

const gauges = () =>
  openGauges({
    table: service.table,
    rowsSetAside: async () => 0,
    leavesBehind: async () => 0,
    oldestUnsequenced: async () => undefined,
    clock: service.now,
    log: () => {},
  })();

/** Puts the value into the row while `work` runs. */
const withRow = async (
  key: { readonly pk: string; readonly sk: string },
  change: (value: Value) => Value | undefined,
  work: () => Promise<void>,
): Promise<void> => {
  const before = (await service.table.get(key))?.value as Value;
  const changed = change(before);
  await (changed === undefined ? deleteRow(service.table, key) : putRow(service.table, key, changed));
  try {
    await work();
  } finally {
    await putRow(service.table, key, before);
  }
};

describe('the state of a CA', () => {
  it('says what its CRL and the certificates of its responders say', async () => {
    const state = await stateOf();
    const own = decodeCertificate(await service.app.authority.caCertificate(CA));
    expect(state).toMatchObject({ ca: CA, stopped: false, findings: 0 });
    expect(state.certificate).toMatchObject({ serial: own.serialNumber, status: 'good' });
    expect(state).not.toHaveProperty('tenant');

    const crl = decodeCertificateList(
      Buffer.from(await (await fetch(`${service.url}/crl/${CA}/full.crl`)).bytes()),
    );
    const [full] = state.crls;
    expect(state.crls).toHaveLength(1);
    expect(full).toMatchObject({ partition: 'full', state: 'current', entries: 0 });
    expect(full?.number).toBe(Number(findExtension(crl.crlExtensions, 'cRLNumber')?.number));
    expect(Date.parse(full?.thisUpdate ?? '')).toBe(crl.thisUpdate.getTime());
    expect(Date.parse(full?.nextUpdate ?? '')).toBe(crl.nextUpdate?.getTime());
    expect(Date.parse(full?.due ?? '') - Date.parse(full?.madeAt ?? '')).toBe(DAY);

    expect(state.responders.map(({ algorithm }) => algorithm)).toEqual([
      'ecdsa-p256-sha256',
      'rsa2048-sha256',
    ]);
    for (const { algorithm, ...responder } of state.responders) {
      const row = await service.table.get<{ certificate: string }>({
        pk: 'responders',
        sk: `${CA}/${algorithm}`,
      });
      const certificate = decodeCertificate(Buffer.from(row?.value.certificate ?? '', 'base64'));
      expect(responder).toMatchObject({ state: 'current', serial: certificate.serialNumber });
      expect(Date.parse(responder.notAfter ?? '')).toBe(certificate.notAfter.getTime());
    }
  });

  it('has a line for each list that the CA publishes', async () => {
    const { crls } = await stateOf(TWO_LISTS);
    expect(crls.map(({ partition, state }) => [partition, state])).toEqual([
      ['authority', 'current'],
      ['full', 'current'],
    ]);
  });

  it('is for operators and auditors, and is recorded with the certificates that it tells of', async () => {
    expect((await ask(CA, 'higashi-chief')).status).toBe(403);
    expect((await ask(CA, 'tax-portal')).status).toBe(403);
    expect((await fetch(`${service.url}/api/v1/authorities/${CA}/state`)).status).toBe(401);
    const { headers, text } = await ask(CA, 'auditor');
    const state: AuthorityState = JSON.parse(text);
    const record = await service.app.ledger.get(headers.get('akashi-record') ?? '');
    expect(record).toMatchObject({
      kind: 'provision',
      recipient: 'auditor',
      channel: 'status',
      method: 'GET',
      certificates: [state.certificate, ...state.responders].map(({ serial }) => ({ ca: CA, serial })),
      provided: { authority: CA, status: 'good', crls: [{ partition: 'full', state: 'current' }] },
      responseDigest: hash('sha256', text),
      count: 1,
    });
    expect(record).not.toHaveProperty('tenant');
  });

  it('opens no key of a CA or of a responder, and reads no CRL', async () => {
    opened.length = 0;
    read.length = 0;
    for (const ca of [CA, TWO_LISTS]) await stateOf(ca);
    expect(opened.filter((id) => /^ocsp-|-1$/.test(id))).toEqual([]);
    expect(read.filter((key) => key.startsWith('crl/'))).toEqual([]);
  });

  it('is that of a CA which a ceremony made', async () => {
    const unknown = async (ca: string) => {
      const { status, text } = await ask(ca);
      expect([ca, status, JSON.parse(text).code]).toEqual([ca, 404, 'unknown-authority']);
    };
    await unknown('organisation-2');
    await unknown('nobody-1');
    const issuer = { pk: 'issuers', sk: CA };
    try {
      // The file has the CA, and no ceremony has entered it.
      await withRow(
        issuer,
        () => undefined,
        async () => {
          service.advance(60_000);
          await unknown(CA);
        },
      );
      await withRow(
        issuer,
        () => ({}),
        async () => {
          service.advance(60_000);
          const { status, text } = await ask(CA);
          expect([status, JSON.parse(text).code]).toEqual([500, 'internal']);
        },
      );
    } finally {
      service.advance(60_000);
    }
    expect((await stateOf()).certificate.status).toBe('good');
  });
});

describe('a CRL', () => {
  it('has as many entries as it lists; one of an earlier version does not say', async () => {
    const { ref } = await issueTo(service, 'official-position', 'order-1');
    await service.app.authority.revoke(service.principal('operator-noda'), ref, { reason: 'superseded' });
    expect((await fullOf()).entries).toBe(0);
    await publish();
    expect((await fullOf()).entries).toBe(1);
    await withRow(
      CURRENT,
      ({ entries: _, ...earlier }) => earlier,
      async () => {
        const full = await fullOf();
        expect(full).not.toHaveProperty('entries');
        expect(full.state).toBe('current');
        // It is no reason to publish.
        expect(await service.core.status.publishDue()).not.toContain(CA);
      },
    );
  });

  it('is due after its interval, late when the alarm begins, ended at its nextUpdate', async () => {
    await publish();
    const { madeAt = '', nextUpdate = '' } = await fullOf();
    const { crl } = service.trustDomain.authorities.find(({ ca }) => ca === CA) ?? {};
    if (crl === undefined) throw new Error('no such CA');
    const isAlarm = async (): Promise<boolean> => {
      const { authorities } = await gauges();
      const end = authorities.find(({ ca }) => ca === CA)?.crlNextUpdate?.getTime() ?? 0;
      return (end - service.now()) / 1000 < crlFloor(crl);
    };
    const at = async (ms: number) => {
      service.advance(ms - service.now());
      return [(await fullOf()).state, await isAlarm()];
    };
    const made = Date.parse(madeAt);
    expect(await at(made + DAY - AWHILE)).toEqual(['current', false]);
    expect(await at(made + DAY)).toEqual(['due', false]);
    expect(await at(made + DAY + HOUR - AWHILE)).toEqual(['due', false]);
    expect(await at(made + DAY + HOUR + AWHILE)).toEqual(['late', true]);
    expect(await at(Date.parse(nextUpdate))).toEqual(['ended', true]);
    await service.core.status.publishDue();
    expect(await at(service.now())).toEqual(['current', false]);
  });

  it('is due at once where a revocation waits that it must show', async () => {
    const urgent = { pk: `crls/${CA}/full`, sk: 'urgent' };
    await putRow(service.table, urgent, {});
    const full = await fullOf();
    expect(full).toMatchObject({ state: 'due', urgent: true });
    expect(Date.parse(full.due ?? '')).toBeLessThanOrEqual(service.now());
    expect(await service.core.status.publishDue()).toContain(CA);
    const after = await fullOf();
    expect(after.state).toBe('current');
    expect(after).not.toHaveProperty('urgent');
  });

  it('is missing or damaged where its row is', async () => {
    await withRow(
      CURRENT,
      () => undefined,
      async () => expect(await fullOf()).toEqual({ partition: 'full', state: 'missing' }),
    );
    for (const value of [{}, { number: 'x' }, { number: 1, thisUpdate: 2, nextUpdate: 1e99, madeAt: 3 }])
      await withRow(
        CURRENT,
        () => value,
        async () => expect(await fullOf()).toEqual({ partition: 'full', state: 'damaged' }),
      );
  });

  it('of whose row somebody made another one is a finding of that CA, as the gauge has it', async () => {
    const { number } = await fullOf();
    await putRow(service.table, CURRENT, {
      ...((await service.table.get(CURRENT))?.value as Value),
      number: (number ?? 0) - 1,
    });
    expect(await service.core.status.publishDue()).toContain(CA);
    const { crlAlarms } = await gauges();
    expect(crlAlarms).toBeGreaterThan(0);
    expect((await stateOf()).findings).toBe(crlAlarms);
    expect((await stateOf(TWO_LISTS)).findings).toBe(0);
    service.advance(3 * DAY);
    expect((await stateOf()).findings).toBe(0);
  });
});

describe('a responder', () => {
  const responders = async () => (await stateOf()).responders;
  const states = async () => (await responders()).map(({ state }) => state);
  const renew = async (): Promise<void> => void (await service.core.authority.renewResponders());

  it('is due at half of its life, late when the alarm begins, ended after it; a renewed one is current', async () => {
    await renew();
    const [before] = await responders();
    const end = Date.parse(before?.notAfter ?? '');
    const at = async (ms: number) => {
      service.advance(ms - service.now());
      return states();
    };
    expect(await at(Date.parse(before?.due ?? '') - AWHILE)).toEqual(['current', 'current']);
    expect(await at(Date.parse(before?.due ?? ''))).toEqual(['due', 'due']);
    expect(await at(end - 4.7 * DAY)).toEqual(['due', 'due']);
    // A third of 14 days.
    expect(await at(end - 4.6 * DAY)).toEqual(['late', 'late']);
    expect(await at(end + 2000)).toEqual(['ended', 'ended']);
    await renew();
    const [after] = await responders();
    expect(await states()).toEqual(['current', 'current']);
    expect(after?.serial).not.toBe(before?.serial);
  }, 60_000);

  it('that is revoked says so with the time, until another takes its place', async () => {
    const [, further] = await responders();
    await revoke(further?.serial ?? '', 'keyCompromise');
    const [first, revoked] = await responders();
    expect(first?.state).toBe('current');
    expect(revoked).toMatchObject({
      state: 'revoked',
      serial: further?.serial,
      revocation: { status: 'revoked', reason: 'keyCompromise', revocationTime: expect.stringMatching(/Z$/) },
    });
    await renew();
    expect(await states()).toEqual(['current', 'current']);
  });

  it('is missing, damaged or unregistered where its rows are', async () => {
    const key = { pk: 'responders', sk: `${CA}/rsa2048-sha256` };
    const shown = async () => (await responders())[1];
    const algorithm = 'rsa2048-sha256';
    await withRow(
      key,
      () => undefined,
      async () => expect(await shown()).toEqual({ algorithm, state: 'missing' }),
    );
    for (const value of [{}, { certificate: 7 }, { certificate: 'AAAA' }])
      await withRow(
        key,
        () => value,
        async () => expect(await shown()).toEqual({ algorithm, state: 'damaged' }),
      );
    const serial = (await shown())?.serial ?? '';
    const status = { pk: `status/${CA}/${serial.slice(-1)}`, sk: serial };
    await withRow(
      status,
      () => undefined,
      async () => expect(await shown()).toMatchObject({ state: 'unregistered', serial }),
    );
    expect((await shown())?.state).toBe('current');
  });
});

describe("a CA's own certificate", () => {
  it('is revoked, with the time and the reason', async () => {
    const { serial } = (await stateOf()).certificate;
    await revoke(serial, 'superseded');
    const { certificate } = await stateOf();
    expect(certificate).toMatchObject({
      serial,
      status: 'revoked',
      revocation: { reason: 'superseded', revocationTime: expect.stringMatching(/Z$/) },
    });
    const status = { pk: `status/${CA}/${serial.slice(-1)}`, sk: serial };
    await withRow(
      status,
      () => ({ state: 'revoked' }),
      async () => {
        const { certificate } = await stateOf();
        expect(certificate.status).toBe('revoked');
        expect(certificate).not.toHaveProperty('revocation');
      },
    );
    await withRow(
      status,
      () => undefined,
      async () => expect((await stateOf()).certificate.status).toBe('unknown'),
    );
  });
});
