import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskContext } from '../../../functions/lambda/parts.ts';
import { hold } from '../../../functions/tasks/ceremony.ts';
import { consent } from '../../../functions/tasks/ceremony-consent.ts';
import { readApplicant } from '../../../functions/tasks/principal-certificate.ts';
import { digestOfEvent } from '../../../lib/authority/consent.ts';
import { Fault } from '../../../lib/fault.ts';
import type { RecordKind } from '../../../lib/ledger/ledger.ts';
import { recordKey } from '../../../lib/ledger/rows.ts';
import { digestOf } from '../../../lib/trust-domain/files.ts';
import { readTrustDomain } from '../../../lib/trust-domain/trust-domain.ts';
import {
  codeOf,
  composeHouse,
  DAY,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../../authority/house.ts';
import { opensslRequest } from '../../service.ts';
import { faultyTable } from '../../store/faulty-table.ts';
import { deleteRow, putRow, rollbackTable } from '../../store/row-attacks.ts';
import { auditOf, checkWorld } from '../../world.ts';

/** A ceremony on AWS takes two persons: it does what the opener has consented to, and nothing else. */

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

/** Three operators beside the two persons of the ceremony. */
const more = (file: HouseFile): void => {
  for (const id of ['operator-hara', 'operator-ueda'])
    file.operators.push({ id, name: { ja: '操作員', en: 'Operator' } });
};
const text = fileOf(more);
const trustDomain = digestOf(text);
const PERSONS = ['operator-sakai', 'operator-noda'];

/** Each invocation runs in a process of its own, a second after the one before. */
const context = (): TaskContext => {
  ground.time.now += SECOND;
  return { ...composeHouse(ground, { domain: more }), trustDomainDigest: trustDomain, log: () => {} };
};
const consentTo = (event: unknown) => consent(event, context());
const holdThe = (event: unknown) => hold(event, context());

const csrOf = (name: string): string => opensslRequest(ground.folder, name);
const credential = (principal: string, csr = csrOf(principal)) => ({ principal, csr });
const event = (...credentials: { readonly principal: string; readonly csr: string }[]) => ({
  trustDomain,
  credentials,
});
const keyDigest = async (request: { readonly principal: string; readonly csr: string }): Promise<string> =>
  (await readApplicant(readTrustDomain(text), request)).publicKeyDigest;

const digestFor = async (asked: ReturnType<typeof event>): Promise<string> => {
  const credentials = await Promise.all(
    asked.credentials.map(async (one) => ({
      principal: one.principal,
      publicKeyDigest: await keyDigest(one),
    })),
  );
  return digestOfEvent({ trustDomain: asked.trustDomain, credentials });
};

const refusalOf = async (act: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!Fault.is(error)) throw new Error(`no refusal: ${String(error)}`);
  return error;
};

/** Records of the kind that name principals, oldest first. */
const recordsOf = async (kind: RecordKind) => {
  const { ledger } = composeHouse(ground, { domain: more }).core;
  const { records } = await ledger.query({ kind, limit: 100 });
  return records
    .toReversed()
    .flatMap((record) => (record.kind === 'provision' ? [] : [record]))
    .filter(({ details }) => kind !== 'issuance' || String(details.order).startsWith('principal:'));
};
const consentRecords = async () =>
  (await recordsOf('ceremony')).filter(({ details }) => ['consented', 'held'].includes(String(details.step)));

describe('a trust domain with a CA whose CRLs KMS could not sign', () => {
  it('gets neither consent nor a ceremony, and nothing is made', async () => {
    const domain = fileOf(({ authorities }) => Object.assign(authorities[0] ?? {}, { algorithm: 'ed25519' }));
    const parts = composeHouse(ground, {
      domain: ({ authorities }) => Object.assign(authorities[0] ?? {}, { algorithm: 'ed25519' }),
    });
    const asked = { trustDomain: digestOf(domain), credentials: [] };
    const made = { ...parts, trustDomainDigest: digestOf(domain), log: () => {} };
    for (const act of [consent, hold]) {
      const { code, message } = await refusalOf(act(asked, made));
      expect(code).toBe('trust-domain-invalid');
      expect(message).toContain('authorities.0.algorithm: organisation-1 cannot have ed25519 on AWS');
    }
    expect(ground.made).toEqual([]);
  });
});

describe('a ceremony', () => {
  it('is held as it was consented to, and recorded with both persons and the digest of its event', async () => {
    const asked = event(credential('operator-mori'), credential('operator-ueda'));
    const agreed = await consentTo(asked);
    const credentials = await Promise.all(
      asked.credentials.map(async (one) => ({
        principal: one.principal,
        publicKeyDigest: await keyDigest(one),
      })),
    );
    expect(agreed).toEqual({ event: expect.stringMatching(/^[0-9a-f]{64}$/), trustDomain, credentials });

    const outcome = await holdThe(asked);
    expect(outcome.event).toBe(agreed.event);
    expect(outcome.steps.length).toBeGreaterThan(4);
    const house = await openHouse(ground, { domain: more });
    for (const { principal, pem } of outcome.credentials) {
      const shown = await house.app.principals.byCertificate(new X509Certificate(pem).raw);
      expect(shown).toEqual(house.principal(principal));
    }

    const [consented, held, ...others] = await consentRecords();
    expect(others).toEqual([]);
    const what = { digest: trustDomain, event: agreed.event, persons: PERSONS, credentials };
    expect(consented).toMatchObject({ actor: 'operator-sakai', details: { step: 'consented', ...what } });
    expect(held).toMatchObject({
      actor: 'operator-sakai+operator-noda',
      details: { step: 'held', ...what, consent: consented?.id },
    });
    const issued = await recordsOf('issuance');
    expect(issued.map(({ actor, details }) => [actor, details.basis, details.publicKeyDigest])).toEqual(
      credentials.map(({ publicKeyDigest }) => [held?.actor, [consented?.id, held?.id], publicKeyDigest]),
    );
    await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [] });
  });

  it('goes on with the same event, however its list is written, and records nothing twice', async () => {
    const [first, second] = [credential('operator-mori'), credential('operator-ueda')];
    await consentTo(event(first, second));
    const once = await holdThe(event(first, second));
    const again = await holdThe(event(second, first));
    expect(again.steps).toEqual([]);
    expect(again.event).toBe(once.event);
    expect(again.credentials.toReversed()).toEqual(once.credentials);
    expect(await consentRecords()).toHaveLength(2);
    expect(await recordsOf('issuance')).toHaveLength(2);
    // Only the key of a CSR counts.
    const sameKey = credential('operator-ueda', second.csr.replaceAll('\n', '\r\n'));
    expect((await holdThe(event(first, sameKey))).event).toBe(once.event);
  });

  it('does nothing without a consent', async () => {
    const refusal = await refusalOf(holdThe(event()));
    expect([refusal.code, refusal.message]).toEqual([
      'nothing-awaited',
      expect.stringContaining('consents to it first'),
    ]);
    expect(ground.made).toEqual([]);
    expect(await recordsOf('ceremony')).toEqual([]);
  });

  it('does nothing of an event other than the one consented to, and says what to do', async () => {
    const counter = credential('operator-mori');
    const { event: consented } = await consentTo(event(counter));
    const others = [
      event(),
      event(credential('operator-mori', csrOf('another'))),
      event({ ...counter, principal: 'operator-hara' }),
      event(counter, credential('operator-noda')),
    ];
    for (const other of others) {
      const refusal = await refusalOf(holdThe(other));
      expect([refusal.code, refusal.message, refusal.facts.consented]).toEqual([
        'confirmation-differs',
        expect.stringMatching(/Send the event that was consented to, or have the opener/),
        consented,
      ]);
    }
    expect(ground.made).toEqual([]);
    expect(await recordsOf('issuance')).toEqual([]);
    await holdThe(event(counter));
    for (const other of others) expect(await codeOf(holdThe(other))).toBe('confirmation-differs');
    expect(await recordsOf('issuance')).toHaveLength(1);
  });

  it('follows the latest consent, and no earlier one', async () => {
    const [first, second] = [event(credential('operator-mori')), event(credential('operator-ueda'))];
    await consentTo(first);
    await consentTo(second);
    expect(await codeOf(holdThe(first))).toBe('confirmation-differs');
    await holdThe(second);
    await consentTo(first);
    await holdThe(first);
    expect((await consentRecords()).map(({ details }) => details.step)).toEqual([
      'consented',
      'consented',
      'held',
      'consented',
      'held',
    ]);
  });

  it('does nothing by a row, whatever it says', async () => {
    const asked = event(credential('operator-noda'));
    const { event: digest } = await consentTo(event());
    const [first] = await consentRecords();
    const key = { pk: 'ceremony-consent', sk: 'event' };
    for (const consented of [String(first?.id), 'ab'.repeat(16)]) {
      await putRow(ground.table, key, { event: await digestFor(asked), consent: consented });
      const refusal = await refusalOf(holdThe(asked));
      expect([refusal.code, refusal.facts.consented]).toEqual(['confirmation-differs', digest]);
    }
    // A record in the table is no consent either.
    const { ledger } = composeHouse(ground, { domain: more }).core;
    const { details } = first as NonNullable<typeof first>;
    await ledger.append({
      kind: 'ceremony',
      actor: PERSONS[0] as string,
      details: { ...details, event: await digestFor(asked) },
    });
    expect(await codeOf(holdThe(asked))).toBe('confirmation-differs');
    expect(ground.made).toEqual([]);
  });

  it('needs no row: a consent whose record is deleted still stands, and is used once', async () => {
    const asked = event(credential('operator-noda'));
    await consentTo(asked);
    const [consented] = await consentRecords();
    await deleteRow(ground.table, recordKey(String(consented?.id)));
    const { event: digest } = await holdThe(asked);
    const uses = (await consentRecords()).filter(({ details }) => details.step === 'held');
    expect(uses.map(({ details }) => [details.event, details.consent])).toEqual([[digest, consented?.id]]);
  });

  it('does nothing that a later consent replaced, though all rows are put back as they were', async () => {
    const [first, second] = [event(credential('operator-mori')), event(credential('operator-ueda'))];
    await consentTo(first);
    const table = rollbackTable(ground.table);
    const through = (): TaskContext => ({
      ...composeHouse(ground, { domain: more, table: () => table }),
      trustDomainDigest: trustDomain,
      log: () => {},
    });
    const restore = table.mark();
    ground.time.now += SECOND;
    await consent(second, through());
    await restore();
    expect(await codeOf(holdThe(first))).toBe('confirmation-differs');
    expect(ground.made).toEqual([]);
    expect((await holdThe(second)).credentials).toHaveLength(1);
  });

  it('is not held by a consent that lapsed; one that was used stays used', async () => {
    const asked = event(credential('operator-mori'));
    await consentTo(asked);
    ground.time.now += 7 * DAY;
    expect(await codeOf(holdThe(asked))).toBe('nothing-awaited');
    expect(ground.made).toEqual([]);
    await consentTo(asked);
    ground.time.now += 7 * DAY - 2 * SECOND;
    const once = await holdThe(asked);
    ground.time.now += 30 * DAY;
    const again = await holdThe(asked);
    expect([again.event, again.credentials, again.steps]).toEqual([once.event, once.credentials, []]);
  });

  it('takes up a consent or a use whose process died before it was recorded', async () => {
    const asked = event();
    const dying = (): TaskContext => {
      ground.time.now += SECOND;
      return {
        ...composeHouse(ground, {
          domain: more,
          table: (table) => ({
            ...faultyTable(table, new Map()),
            write: () => Promise.reject(new Error('killed')),
          }),
        }),
        trustDomainDigest: trustDomain,
        log: () => {},
      };
    };
    await expect(consent(asked, dying())).rejects.toThrow('killed');
    expect(await consentRecords()).toEqual([]);
    await expect(hold(asked, dying())).rejects.toThrow('killed');
    await consentTo(asked);
    await expect(hold(asked, dying())).rejects.toThrow('killed');
    expect(ground.made).toEqual([]);
    await holdThe(asked);
    expect((await consentRecords()).map(({ details }) => details.step)).toEqual([
      'consented',
      'consented',
      'held',
    ]);
  });

  it('that a new consent overtakes is told that another event was consented to', async () => {
    const [first, second] = [event(credential('operator-mori')), event(credential('operator-ueda'))];
    await consentTo(first);
    let isDone = false;
    const slow: TaskContext = {
      ...composeHouse(ground, {
        domain: more,
        objects: (objects) => ({
          ...objects,
          put: async (key, body, options) => {
            if (key.startsWith('outcomes/ceremony-consent/') && !isDone) {
              isDone = true;
              await consentTo(second);
            }
            return objects.put(key, body, options);
          },
        }),
      }),
      trustDomainDigest: trustDomain,
      log: () => {},
    };
    expect(await codeOf(hold(first, slow))).toBe('confirmation-differs');
    expect(ground.made).toEqual([]);
  });

  it('is refused where the bucket does not answer, and nothing is half done', async () => {
    const asked = event();
    const broken = (): TaskContext => ({
      ...composeHouse(ground, {
        domain: more,
        objects: (objects) => ({
          ...objects,
          put: () => Promise.reject(new Fault('store-unavailable', 'The bucket does not answer.')),
        }),
      }),
      trustDomainDigest: trustDomain,
      log: () => {},
    });
    expect(await codeOf(consent(asked, broken()))).toBe('store-unavailable');
    expect(await codeOf(holdThe(asked))).toBe('nothing-awaited');
    await consentTo(asked);
    expect(await codeOf(hold(asked, broken()))).toBe('store-unavailable');
    expect([ground.made, (await consentRecords()).length]).toEqual([[], 1]);
  });

  it('is of the file that is deployed, for both persons', async () => {
    const other = { ...event(), trustDomain: '0'.repeat(64) };
    for (const act of [consentTo, holdThe]) {
      expect(await codeOf(act(other))).toBe('trust-domain-changed');
      expect(await codeOf(act({ trustDomain, more: true }))).toBe('invalid-input');
      expect(await codeOf(act(event(credential('nobody-of-ours'))))).toBe('invalid-input');
    }
    expect(await recordsOf('ceremony')).toEqual([]);
  });
});

describe('a key', () => {
  const PRINCIPALS = ['operator-mori', 'operator-hara', 'operator-sakai', 'operator-noda', 'operator-ueda'];

  it('of one person does not become five principals in one event', async () => {
    const csr = csrOf('me');
    const asked = event(...PRINCIPALS.map((principal) => credential(principal, csr)));
    const refusal = await refusalOf(consentTo(asked));
    expect([refusal.code, refusal.message]).toEqual([
      'duplicate-key',
      'The public key that operator-hara asks for belongs to operator-mori; each principal makes a key of its own.',
    ]);
    expect(await codeOf(holdThe(asked))).toBe('nothing-awaited');
    expect(await recordsOf('issuance')).toEqual([]);
  });

  it('nor in several events, even if the opener has consented to all', async () => {
    const csr = csrOf('me');
    const [own, ...others] = PRINCIPALS;
    await consentTo(event(credential(own as string, csr)));
    await holdThe(event(credential(own as string, csr)));
    for (const principal of others) {
      expect(await codeOf(consentTo(event(credential(principal, csr))))).toBe('duplicate-key');
      expect(await codeOf(holdThe(event(credential(principal, csr))))).toBe('confirmation-differs');
    }
    expect((await recordsOf('issuance')).map(({ details }) => details.order)).toEqual([
      expect.stringMatching(/^principal:operator-mori:/),
    ]);
  });

  it('that was certified for another since the consent is refused before anything is done', async () => {
    const csr = csrOf('me');
    await consentTo(event());
    await holdThe(event());
    const asked = event(credential('operator-ueda'), credential('operator-noda', csr));
    await consentTo(asked);
    const { core, trustDomain: domain } = composeHouse(ground, { domain: more });
    const applicant = await readApplicant(domain, { principal: 'operator-mori', csr });
    const { id: profile } = domain.operations.principal;
    const order = (principal: string) =>
      core.authority.issue({
        order: `principal:${principal}:test`,
        profile,
        fields: { principal, name: principal },
        subjectPublicKeyInfo: applicant.subjectPublicKeyInfo,
        actor: 'service',
      });
    await order('operator-mori');
    expect(await codeOf(order('operator-hara'))).toBe('duplicate-key');
    expect(await codeOf(holdThe(asked))).toBe('duplicate-key');
    expect(await recordsOf('issuance')).toHaveLength(1);
  });

  it('is not free for another where every row about it is deleted or forged', async () => {
    const csr = csrOf('me');
    await consentTo(event(credential('operator-mori', csr)));
    const table = rollbackTable(ground.table);
    const restore = table.mark();
    ground.time.now += SECOND;
    await hold(event(credential('operator-mori', csr)), {
      ...composeHouse(ground, { domain: more, table: () => table }),
      trustDomainDigest: trustDomain,
      log: () => {},
    });
    await restore();
    const digest = await keyDigest(credential('operator-mori', csr));
    const forged = { pk: `principal-key/${digest}`, sk: 'key' };
    for (const forge of [false, true]) {
      if (forge) await putRow(ground.table, forged, { principal: 'operator-noda' });
      const asked = event(credential('operator-noda', csr));
      expect(await codeOf(consentTo(asked))).toBe('duplicate-key');
    }
  });

  it('may be one of several of its principal', async () => {
    const asked = event(
      credential('operator-mori', csrOf('desk')),
      credential('operator-mori', csrOf('window')),
    );
    await consentTo(asked);
    const { credentials } = await holdThe(asked);
    expect(new Set(credentials.map(({ pem }) => pem)).size).toBe(2);
  });
});

describe('an operator whom both persons enrol', () => {
  it('takes the consent to this operator, and is recorded with both persons', async () => {
    await consentTo(event());
    await holdThe(event());
    // Nobody has a certificate, so nobody can act.
    const csr = csrOf('operator-ueda');
    const asked = { ...event(), operator: { principal: 'operator-ueda', csr } };
    const agreed = await consentTo(asked);
    const publicKeyDigest = await keyDigest({ principal: 'auditor', csr });
    const operator = { principal: 'operator-ueda', person: 'operator-ueda', publicKeyDigest };
    expect(agreed).toMatchObject({ credentials: [], operator });
    expect(agreed.event).toBe(digestOfEvent({ trustDomain, credentials: [], operator }));
    for (const other of [event(), { ...asked, operator: { ...asked.operator, person: 'operator-noda' } }])
      expect((await refusalOf(holdThe(other))).code).toBe('confirmation-differs');
    const outcome = await holdThe(asked);
    expect(outcome.credentials).toEqual([{ principal: 'operator-ueda', pem: expect.any(String) }]);
    expect((await holdThe(asked)).credentials).toEqual(outcome.credentials);
    const house = await openHouse(ground);
    const [record] = (await house.app.ledger.query({ kind: 'enrolment', limit: 10 })).records;
    expect(record).toMatchObject({
      actor: PERSONS.join('+'),
      details: { act: 'enrolled', id: 'operator-ueda', ceremony: { event: agreed.event } },
    });
    const consents = await consentRecords();
    expect(consents.filter(({ details }) => details.operator !== undefined)).toHaveLength(2);
    expect((await auditOf(house)).found).toEqual([]);
  });

  it('is refused before anybody consents where the event or the request is not right', async () => {
    await consentTo(event());
    await holdThe(event());
    const csr = csrOf('somebody');
    const asked = (operator: object) => consentTo({ ...event(), operator });
    for (const [operator, code] of [
      [{ principal: 'operator-noda', csr }, 'invalid-input'],
      [{ principal: 'Not An Id', csr }, 'invalid-input'],
      [{ principal: 'operator-ueda' }, 'invalid-input'],
      [{ principal: 'operator-ueda', csr: 'none' }, 'malformed-pem'],
    ] as const)
      expect([operator, (await refusalOf(asked(operator))).code]).toEqual([operator, code]);
  });
});
