import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import { derSequence } from '../../lib/pki/der-encoder.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { REQUEST_STATES } from '../../lib/registration/registration.ts';
import type { Query, Value } from '../../lib/store/store.ts';
import { NO_OPENSSL, openssl } from '../pki/openssl.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { csrBy, newCsr } from './csr.ts';
import { allRecords, bringTo, checkTable, NAME, newSubmission, openOffice, REASON } from './office.ts';
import { PEOPLE, type Who } from './people.ts';

const { tanaka, sato, suzuki, ito, yamada, kobayashi, auditor, verifier, holder, lost } = PEOPLE;
const fault = (code: string) => expect.objectContaining({ name: 'Fault', code });
const approve = { decision: 'approve' } as const;
const reject = { decision: 'reject', reason: REASON } as const;

describe('from submission to certificate', () => {
  it('takes three persons', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer } = office;
    const { request, replayed } = await registration.submit(tanaka, await newSubmission());
    expect(replayed).toBe(false);
    expect(request).toMatchObject({
      office: 'hino',
      profile: 'seal',
      profileVersion: 1,
      state: 'submitted',
      fields: { CN: NAME },
      subject: `C=JP, CN=${NAME}`,
      keyAlgorithm: 'p-256',
      submittedBy: 'hino-tanaka',
      examinations: [],
    });
    expect(request.submittedAt).toMatch(/^2026-11-22T\d\d:\d\d:\d\dZ$/);
    const { id } = request;
    await expect(registration.collect(tanaka, id, 'GET')).rejects.toEqual(fault('not-issued'));
    expect((await registration.examine(sato, id, { ...approve, reason: '対面で確認' })).state).toBe(
      'examined',
    );
    const issued = await registration.examine(yamada, id, approve);
    expect(issued.state).toBe('issued');
    expect(issued.certificate).toEqual(issuer.orders.get(id)?.ref);
    expect(issued.examinations).toMatchObject([
      { stage: 'office', by: 'hino-sato', decision: 'approve', reason: '対面で確認' },
      { stage: 'centre', by: 'centre-yamada', decision: 'approve' },
    ]);
    expect(await registration.get(tanaka, id)).toEqual(issued);

    const { pem, certificate } = await registration.collect(tanaka, id, 'GET');
    expect(pem).toBe(`certificate ${certificate.ca} ${certificate.serial}\n`);
    const provisions = (await allRecords(store.table)).filter(({ kind }) => kind === 'provision');
    expect(provisions).toMatchObject([
      {
        recipient: 'hino-tanaka',
        channel: 'certificate',
        certificates: [certificate],
        requests: [id],
        provided: {},
        responseDigest: hash('sha256', pem),
        count: 1,
      },
    ]);
    await checkTable(store.table, office);
  });

  it('an answer whose record cannot be written does not leave', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer } = openOffice(store.table);
    const id = await bringTo(registration, 'issued');
    const readOnly = openOffice({ ...readsOf(store.table), write: refused }, issuer);
    await expect(readOnly.registration.collect(tanaka, id, 'GET')).rejects.toEqual(
      fault('store-unavailable'),
    );
  });

  it('two examiners at once: the first one decides, and the other gets a fault that says so', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const id = await bringTo(registration, 'submitted');
    const atOffice = await Promise.allSettled(
      [sato, suzuki].map((actor) => registration.examine(actor, id, approve)),
    );
    expect(atOffice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const atCentre = await Promise.allSettled([
      registration.examine(yamada, id, approve),
      registration.examine(kobayashi, id, reject),
      registration.withdraw(tanaka, id, REASON),
    ]);
    expect(atCentre.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of [...atOffice, ...atCentre]) {
      if (outcome.status === 'rejected') expect(outcome.reason).toEqual(fault('wrong-state'));
    }
    await checkTable(store.table, office);
  });

  it('an approval notices acts between its read of the request and its write', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'examined');
    let writes = 0;
    const slow = openOffice(
      {
        ...readsOf(store.table),
        write: async (asked) => {
          if (writes++ === 0) await office.registration.withdraw(tanaka, id, REASON);
          await store.table.write(asked);
        },
      },
      office.issuer,
    );
    await expect(slow.registration.examine(yamada, id, approve)).rejects.toEqual(fault('wrong-state'));
    expect(writes).toBe(1);
    expect(office.issuer.orders.size).toBe(0);
    expect((await checkTable(store.table, office)).get(id)).toBe('withdrawn');
  });

  it('a profile that was raised meanwhile and gives the same certificate voids nothing', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'examined');
    office.issuer.changeProfile();
    expect((await office.registration.examine(yamada, id, approve)).state).toBe('issued');
    await checkTable(store.table, office);
  });

  it('a profile that changed meanwhile is not issued under; the request can be rejected', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'examined');
    office.issuer.changeProfile('other terms');
    await expect(office.registration.examine(yamada, id, approve)).rejects.toEqual(fault('unknown-profile'));
    expect((await office.registration.examine(yamada, id, reject)).state).toBe('rejected');
    await checkTable(store.table, office);
  });
});

const refused = async (): Promise<void> => {
  throw new Fault('store-unavailable', 'The store is not there.');
};
const readsOf = (table: Awaited<ReturnType<typeof openTemporaryTable>>['table']) => ({
  get: table.get.bind(table),
  query: table.query.bind(table),
  close: table.close.bind(table),
});

describe('an idempotency key', () => {
  const WEEK = 7 * 86_400_000;

  it.each(['deleted by the store', 'still in the store'])(
    'stands for its submission for seven days, and then for nothing, its row %s',
    async (row) => {
      await using store = await openTemporaryTable();
      const office = openOffice(store.table);
      const { registration } = office;
      const submission = await newSubmission();
      const { request } = await registration.submit(tanaka, submission, 'k');
      const purge = () =>
        store.table.purgeExpired(Math.floor(Date.UTC(2026, 10, 22) / 1000) + 7 * 86_400 - 60);
      office.advance(WEEK - 60_000);
      expect(await purge()).toBe(0);
      expect(await registration.submit(tanaka, submission, 'k')).toMatchObject({ replayed: true });
      await expect(registration.submit(tanaka, await newSubmission(), 'k')).rejects.toEqual(
        fault('idempotency-key-reused'),
      );

      office.advance(60_000);
      if (row === 'deleted by the store') {
        expect(await store.table.purgeExpired(Math.floor(Date.UTC(2026, 10, 29) / 1000) + 60)).toBe(1);
      }
      // This counts as a new request, so it is refused: the public key already has a request.
      await expect(registration.submit(tanaka, submission, 'k')).rejects.toEqual(fault('duplicate-key'));
      await registration.withdraw(tanaka, request.id, REASON);
      const again = await registration.submit(tanaka, submission, 'k');
      expect(again.replayed).toBe(false);
      expect(again.request.id).not.toBe(request.id);
      // The idempotency key stands for the new request now.
      expect(await registration.submit(tanaka, submission, 'k')).toMatchObject({
        replayed: true,
        request: { id: again.request.id },
      });
    },
  );
});

describe('issuing that fails for a while', () => {
  it.each(['lost', 'appliedThenErrored'] as const)('is finished later, once (%s)', async (failure) => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer, logged } = office;
    issuer.fail(failure, failure, failure);
    const ids = [await bringTo(registration, 'approved'), await bringTo(registration, 'approved')];
    for (const id of ids) expect((await registration.get(auditor, id)).state).toBe('approved');
    expect(logged).toMatchObject(ids.map((request) => ({ facts: { request, error: 'store-unavailable' } })));
    await expect(registration.withdraw(tanaka, ids[0] as string, REASON)).rejects.toEqual(
      fault('wrong-state'),
    );
    await expect(registration.examine(kobayashi, ids[0] as string, reject)).rejects.toEqual(
      fault('wrong-state'),
    );

    // One still fails, which is already logged; the other is finished.
    const before = logged.length;
    expect(await registration.recover()).toEqual([ids[1]]);
    expect(await registration.recover()).toEqual([]);
    office.advance(30_000);
    const [first, second] = await Promise.all([registration.recover(), registration.recover()]);
    // Both succeed, and neither takes the other for a failure.
    expect(logged.slice(before)).toEqual([]);
    expect(new Set([...first, ...second])).toEqual(new Set([ids[0]]));
    expect(await registration.recover()).toEqual([]);
    expect([...(await checkTable(store.table, office)).values()]).toEqual(['issued', 'issued']);
    expect(issuer.orders.size).toBe(2);
  });
});

const broken = (): Fault => new Fault('lint-failed', 'The certificate breaks rules and is not signed: x.');

describe('issuing that can never succeed', () => {
  it('ends the request with its reason, in the request and in the ledger, and frees the key', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer, logged } = office;
    issuer.fail(broken());
    const submission = await newSubmission();
    const id = await bringTo(registration, 'failed', submission);
    const failure = {
      at: expect.stringMatching(/^2026-11-22T/),
      code: 'lint-failed',
      reason: 'The certificate breaks rules and is not signed: x.',
    };
    // The office that asked sees it.
    expect(await registration.get(tanaka, id)).toMatchObject({ state: 'failed', failure });
    const { requests } = await registration.list(tanaka, { state: 'failed', limit: 10 });
    expect(requests.map((request) => request.id)).toEqual([id]);
    const record = (await allRecords(store.table)).find(
      ({ kind, ...rest }) => kind === 'submission' && 'details' in rest && rest.details.act === 'failed',
    );
    expect(record).toMatchObject({
      actor: 'service',
      office: 'hino',
      details: { request: id, act: 'failed', fault: 'lint-failed' },
    });
    expect(logged).toEqual([
      { message: expect.stringContaining('has failed'), facts: { request: id, error: 'lint-failed' } },
    ]);
    office.advance(43_200_000);
    expect(await registration.recover()).toEqual([]);
    expect(logged).toHaveLength(1);
    expect(await bringTo(registration, 'issued', submission)).not.toBe(id);
    await checkTable(store.table, office);
  });

  it('keeps the request approved if a certificate was recorded, until that one is signed', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer } = office;
    issuer.fail('appliedThenErrored', broken());
    const id = await bringTo(registration, 'approved');
    expect(await registration.recover()).toEqual([]);
    expect((await registration.get(tanaka, id)).state).toBe('approved');
    office.advance(30_000);
    expect(await registration.recover()).toEqual([id]);
    await checkTable(store.table, office);
  });

  it('for lack of a profile or the like is final an hour after the approval, so that files may change', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer } = office;
    const gone = new Fault('unknown-profile', 'There is no such certificate profile.');
    issuer.fail(gone, gone, gone);
    const id = await bringTo(registration, 'approved');
    expect(await registration.recover()).toEqual([]);
    expect((await registration.get(tanaka, id)).state).toBe('approved');
    office.advance(3_600_000);
    expect(await registration.recover()).toEqual([]);
    expect(await registration.get(tanaka, id)).toMatchObject({
      state: 'failed',
      failure: { code: 'unknown-profile' },
    });
    await checkTable(store.table, office);
  });

  it('is tried again after pauses that grow, and logged once a day for each reason', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer, logged } = office;
    const away = () => new Fault('store-unavailable', 'The key store does not answer.');
    const tries = 20_000;
    issuer.fail(...Array.from({ length: tries }, away));
    const id = await bringTo(registration, 'approved');
    // As housekeeping does: every 15 seconds, for a day and two hours.
    for (let turn = 0; turn < 6_240; turn++) {
      office.advance(15_000);
      await registration.recover();
    }
    const tried = tries - issuer.waiting();
    // Doubling to an hour, and then one in an hour.
    expect(tried).toBeGreaterThan(24);
    expect(tried).toBeLessThan(40);
    expect(logged.map(({ facts }) => facts)).toMatchObject([
      { request: id, error: 'store-unavailable' },
      { request: id, error: 'store-unavailable' },
    ]);
    issuer.forgive();
    office.advance(3_600_000);
    expect(await registration.recover()).toEqual([id]);
    await checkTable(store.table, office);
  });
});

describe('a submission', () => {
  it('is checked whole before anything is stored', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const good = await newSubmission();
    const key = await generateSoftwareKey('ecdsa-p256-sha256');
    const stranger = await generateSoftwareKey('ecdsa-p256-sha256');
    const refusals: [string, Partial<typeof good>][] = [
      ['unknown-profile', { profile: 'none' }],
      ['invalid-field', { fields: {} }],
      ['invalid-field', { fields: { CN: 'あ'.repeat(30_000) } }],
      ['malformed-pem', { csr: '' }],
      ['malformed-pem', { csr: `${good.csr}${good.csr}` }],
      ['malformed-der', { csr: encodePem('CERTIFICATE REQUEST', derSequence()) }],
      ['proof-of-possession-failed', { csr: await csrBy(stranger, key.subjectPublicKeyInfo) }],
      ['key-algorithm-not-allowed', { csr: await newCsr('ecdsa-p384-sha384') }],
    ];
    for (const [code, change] of refusals) {
      const { code: told } = await registration
        .submit(tanaka, { ...good, ...change })
        .catch((error) => error);
      expect(told).toBe(code);
    }
    for (const actor of [yamada, auditor, verifier, holder, lost]) {
      await expect(registration.submit(actor, good)).rejects.toEqual(fault('forbidden'));
    }
    expect((await checkTable(store.table, office)).size).toBe(0);
    await registration.submit(tanaka, good);
  });

  it.skipIf(NO_OPENSSL)('may come from openssl, by RSA and Ed25519, under the older label too', async () => {
    await using store = await openTemporaryTable();
    const { registration } = openOffice(store.table);
    const csrs = [
      [
        'rsa2048',
        openssl([
          'req',
          '-new',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          'k',
          '-subj',
          '/CN=無視',
          '-utf8',
        ]),
      ],
      [
        'ed25519',
        openssl(['req', '-new', '-newkey', 'ed25519', '-nodes', '-keyout', 'k', '-subj', '/CN=x', '-newhdr']),
      ],
    ] as const;
    for (const [kind, csr] of csrs) {
      const { request } = await registration.submit(tanaka, {
        ...(await newSubmission()),
        csr: csr.toString(),
      });
      expect(request.keyAlgorithm).toBe(kind);
      expect(request.subject).toBe(`C=JP, CN=${NAME}`);
    }
  });

  it('holds its public key until it is rejected or withdrawn', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const submission = await newSubmission();
    for (const state of ['rejected', 'withdrawn'] as const) await bringTo(registration, state, submission);
    const elsewhere = await Promise.allSettled([
      registration.submit(tanaka, submission),
      registration.submit(ito, submission),
      registration.submit(ito, { ...submission, fields: { CN: '別' } }),
    ]);
    expect(elsewhere.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of elsewhere) {
      if (outcome.status === 'rejected') expect(outcome.reason).toEqual(fault('duplicate-key'));
    }
    const states = [...(await checkTable(store.table, office)).values()];
    expect(states.sort()).toEqual(['rejected', 'submitted', 'withdrawn']);

    const issued = await newSubmission();
    await bringTo(registration, 'issued', issued);
    await expect(registration.submit(ito, issued)).rejects.toEqual(fault('duplicate-key'));
  });

  it('under the same idempotency key gives the same request again, or is refused if it differs', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const submission = await newSubmission();
    const { request } = await registration.submit(tanaka, submission, 'k-1');
    const again = await registration.submit(
      tanaka,
      { ...submission, fields: { ...submission.fields } },
      'k-1',
    );
    expect(again).toEqual({ request, replayed: true });
    for (const other of [
      { ...submission, fields: { CN: '別' } },
      { ...submission, csr: await newCsr() },
      { ...submission, profile: 'other' },
    ]) {
      await expect(registration.submit(tanaka, other, 'k-1')).rejects.toEqual(
        fault('idempotency-key-reused'),
      );
    }
    // Another principal's key of the same name is another key.
    expect((await registration.submit(sato, await newSubmission(), 'k-1')).replayed).toBe(false);
    // The replay shows the present state of the request.
    await registration.withdraw(sato, request.id, REASON);
    expect((await registration.submit(tanaka, submission, 'k-1')).request.state).toBe('withdrawn');

    const fresh = await newSubmission();
    const atOnce = await Promise.all([1, 2, 3].map(() => registration.submit(tanaka, fresh, 'k-2')));
    expect(new Set(atOnce.map(({ request: { id } }) => id)).size).toBe(1);
    expect(atOnce.filter(({ replayed }) => !replayed)).toHaveLength(1);

    for (const bad of ['', ' ', 'a b', '鍵', 'x'.repeat(256), 'a\n']) {
      await expect(registration.submit(tanaka, submission, bad)).rejects.toEqual(
        fault('idempotency-key-invalid'),
      );
    }
    await registration.submit(tanaka, await newSubmission(), '~'.repeat(255));
    expect((await checkTable(store.table, office)).size).toBe(4);
  });
});

describe('who sees what', () => {
  it('officers see their own office, operators and auditors see all, and others see nothing', async () => {
    await using store = await openTemporaryTable();
    const { registration } = openOffice(store.table);
    const id = await bringTo(registration, 'issued');
    for (const actor of [tanaka, sato, yamada, auditor]) {
      expect((await registration.get(actor, id)).id).toBe(id);
      await registration.collect(actor, id, 'GET');
    }
    const refusals: [Who, string][] = [
      ['ito', 'unknown-request'],
      ['verifier', 'forbidden'],
      ['holder', 'forbidden'],
      ['lost', 'forbidden'],
    ];
    for (const [who, code] of refusals) {
      await expect(registration.get(PEOPLE[who], id)).rejects.toEqual(fault(code));
      await expect(registration.collect(PEOPLE[who], id, 'GET')).rejects.toEqual(fault(code));
    }
    for (const unknown of ['', 'x', '../request', '0'.repeat(5000), `${id}x`, id.replace(/.$/, 'g')]) {
      await expect(registration.get(auditor, unknown)).rejects.toEqual(fault('unknown-request'));
    }
  });

  it('a person without the right to act changes nothing, in any state', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer } = office;
    for (const state of REQUEST_STATES) {
      if (state === 'approved') issuer.fail('lost');
      if (state === 'failed') issuer.fail(broken());
      issuer.askOfficeApproval(state === 'examined-once');
      const id = await bringTo(registration, state);
      const before = await registration.get(auditor, id);
      expect(before.state).toBe(state);
      const records = (await allRecords(store.table)).length;
      const acts = [ito, auditor, verifier, holder, lost].flatMap((actor) => [
        registration.examine(actor, id, approve),
        registration.examine(actor, id, reject),
        registration.withdraw(actor, id, REASON),
      ]);
      const outcomes = await Promise.allSettled([...acts, registration.withdraw(yamada, id, REASON)]);
      for (const outcome of outcomes) {
        expect(outcome.status === 'rejected' && outcome.reason.code).toMatch(/^(forbidden|unknown-request)$/);
      }
      expect(await registration.get(auditor, id)).toEqual(before);
      expect(await allRecords(store.table)).toHaveLength(records);
    }
    expect([...(await checkTable(store.table, office)).values()].sort()).toEqual([...REQUEST_STATES].sort());
  });
});

describe('a holder', () => {
  const HOLDER = 'pseudonym-1';

  it('is said to be new until another request has led to a certificate', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration, issuer } = office;
    const submission = async () => ({ ...(await newSubmission()), holder: HOLDER });
    const isNew = async (id: string) => (await registration.get(yamada, id)).newHolder;

    expect(await isNew(await bringTo(registration, 'submitted'))).toBeUndefined();
    const waiting = await bringTo(registration, 'examined', await submission());
    expect(await isNew(waiting)).toBe(true);
    // A pseudonym that was mistyped once is not known the second time.
    for (const state of ['rejected', 'withdrawn', 'failed', 'submitted', 'examined'] as const) {
      if (state === 'failed') issuer.fail(broken());
      await bringTo(registration, state, await submission());
      expect([state, await isNew(waiting)]).toEqual([state, true]);
      expect((await registration.get(sato, waiting)).newHolder).toBe(true);
    }
    const issued = await bringTo(registration, 'issued', await submission());
    // By its own certificate nobody was known before.
    expect(await isNew(issued)).toBe(true);
    expect(await isNew(waiting)).toBeUndefined();
    const { requests } = await registration.list(yamada, { limit: 10 });
    const listed = requests.flatMap(({ id, newHolder }) => (newHolder ? [id] : []));
    expect(listed).toEqual([issued]);
    await registration.examine(yamada, waiting, approve);
    expect(await isNew(issued)).toBeUndefined();
    await checkTable(store.table, office);
  });

  it('whom another office knows is new to an officer, and known to those who read every office', async () => {
    await using store = await openTemporaryTable();
    const { registration } = openOffice(store.table);
    await bringTo(registration, 'issued', { ...(await newSubmission()), holder: HOLDER });
    const { request } = await registration.submit(ito, { ...(await newSubmission()), holder: HOLDER });
    const { id } = request;
    for (const [who, isNew] of [
      [ito, true],
      [yamada, undefined],
      [auditor, undefined],
    ] as const) {
      expect([who.id, (await registration.get(who, id)).newHolder]).toEqual([who.id, isNew]);
      const { requests } = await registration.list(who, { limit: 10 });
      const listed = requests.find((one) => one.id === id);
      expect([who.id, listed?.newHolder]).toEqual([who.id, isNew]);
    }
  });

  it('is known to the service by any request, also by one that came to nothing', async () => {
    await using store = await openTemporaryTable();
    const { registration } = openOffice(store.table);
    await bringTo(registration, 'withdrawn', { ...(await newSubmission()), holder: HOLDER });
    expect(await registration.knowsHolder(HOLDER)).toBe(true);
    expect(await registration.knowsHolder('pseudonym-3')).toBe(false);
  });
});

describe('lists', () => {
  it("to an officer, and each request on them, are the same whatever other offices' requests there are", async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const submitFor = async (who: typeof tanaka, holder: string) =>
      (await registration.submit(who, { ...(await newSubmission()), holder })).request.id;
    const ids: string[] = [];
    for (const holder of ['pseudonym-1', 'pseudonym-2', 'pseudonym-1'])
      ids.push(await submitFor(tanaka, holder));
    for (const state of ['withdrawn', 'examined', 'issued'] as const)
      ids.push(await bringTo(registration, state));
    const shown = async () => {
      const pages: unknown[] = [];
      for (const state of [undefined, ...REQUEST_STATES]) {
        for (const limit of [1, 2, 50]) {
          let cursor: string | undefined;
          do {
            const page = await registration.list(sato, {
              limit,
              ...(state && { state }),
              ...(cursor && { cursor }),
            });
            pages.push(page);
            cursor = page.cursor;
          } while (cursor !== undefined);
        }
      }
      for (const id of ids) pages.push(await registration.get(sato, id));
      return JSON.stringify(pages);
    };
    const before = await shown();
    for (const holder of ['pseudonym-1', 'pseudonym-2', 'pseudonym-3']) {
      const id = await submitFor(ito, holder);
      await registration.examine(PEOPLE.kato, id, holder === 'pseudonym-1' ? reject : approve);
      if (holder === 'pseudonym-3') await registration.examine(yamada, id, approve);
    }
    expect(await shown()).toBe(before);
  });

  it('come newest first, whole, by office and by state', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer } = openOffice(store.table);
    const ids: string[] = [];
    for (let i = 0; i < 2 * REQUEST_STATES.length; i++) {
      const state = REQUEST_STATES[i % REQUEST_STATES.length] as (typeof REQUEST_STATES)[number];
      if (state === 'approved') issuer.fail('lost');
      if (state === 'failed') issuer.fail(broken());
      issuer.askOfficeApproval(state === 'examined-once');
      ids.unshift(await bringTo(registration, state));
      if (i % 2 === 0) ids.unshift((await registration.submit(ito, await newSubmission())).request.id);
    }
    const list = async (who: Who, query: { office?: string; state?: (typeof REQUEST_STATES)[number] }) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await registration.list(PEOPLE[who], { ...query, limit: 4, ...(cursor && { cursor }) });
        expect(page.requests.length).toBeLessThanOrEqual(4);
        for (const request of page.requests) {
          if (query.state) expect(request.state).toBe(query.state);
          found.push(request.id);
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };
    expect([...ids].sort().reverse()).toEqual(ids);
    expect(await list('auditor', {})).toEqual(ids);
    const hino = await list('tanaka', {});
    const nara = await list('ito', {});
    expect(hino).toHaveLength(16);
    expect(nara).toHaveLength(8);
    expect(ids.filter((id) => hino.includes(id))).toEqual(hino);
    expect(await list('yamada', { office: 'hino' })).toEqual(hino);
    expect(await list('ito', { office: 'nara' })).toEqual(nara);
    const byState = await Promise.all(REQUEST_STATES.map((state) => list('auditor', { state })));
    expect(byState.map((found) => found.length)).toEqual([10, 2, 2, 2, 2, 2, 2, 2]);
    expect(byState.flat().sort()).toEqual([...ids].sort());
    expect(await list('ito', { state: 'submitted' })).toEqual(nara);
    expect(await list('ito', { state: 'issued' })).toEqual([]);
    expect(await list('auditor', { office: 'nowhere' })).toEqual([]);

    await expect(registration.list(ito, { office: 'hino', limit: 4 })).rejects.toEqual(fault('forbidden'));
    await expect(registration.list(verifier, { limit: 4 })).rejects.toEqual(fault('forbidden'));
    for (const limit of [0, 101, 1.5, Number.NaN]) {
      await expect(registration.list(auditor, { limit })).rejects.toEqual(fault('invalid-input'));
    }
    const { cursor } = await registration.list(auditor, { limit: 4 });
    await expect(
      registration.list(ito, { limit: 4, ...(cursor !== undefined && { cursor }) }),
    ).rejects.toEqual(fault('cursor-invalid'));
  });

  it('show no request in a state that it has left meanwhile', async () => {
    await using store = await openTemporaryTable();
    const { registration, issuer } = openOffice(store.table);
    const staying = await bringTo(registration, 'submitted');
    const leaving = await bringTo(registration, 'submitted');
    const slow = openOffice(
      {
        ...readsOf(store.table),
        write: refused,
        query: async <V extends Value = Value>(query: Query) => {
          const page = await store.table.query<V>(query);
          if (query.pk.startsWith('requests')) await registration.withdraw(tanaka, leaving, REASON);
          return page;
        },
      },
      issuer,
    );
    const { requests } = await slow.registration.list(auditor, { state: 'submitted', limit: 10 });
    expect(requests.map(({ id }) => id)).toEqual([staying]);
  });
});
