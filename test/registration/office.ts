import { hash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { keyIdentity } from '../../lib/keys/keys.ts';
import { type LedgerRecord, openLedger } from '../../lib/ledger/ledger.ts';
import { openPersonal } from '../../lib/personal/personal.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Issuing, RegistrationDeps } from '../../lib/registration/deps.ts';
import {
  openRegistration,
  REQUEST_STATES,
  type Registration,
  type RequestState,
  requestItem,
  type Submission,
} from '../../lib/registration/registration.ts';
import type { RequestData } from '../../lib/registration/request-data.ts';
import { listingPk, type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import { openRetries } from '../../lib/retries.ts';
import type { Table } from '../../lib/store/store.ts';
import { type UsedKeyRow, usedKeyAt } from '../../lib/used-key.ts';
import { ledgerActs, memoryDataKeys } from '../acts.ts';
import { newCsr } from './csr.ts';
import { PEOPLE } from './people.ts';

/** Words that stand for personal data: they may be in the request and in the certificate, and nowhere else. */
export const NAME = '山田太郎';
export const REASON = '山田太郎の住所が違う';

type Order = Parameters<Issuing['issue']>[0];

/** Lost, carried out without an answer, or refused by that fault. */
type Plan = 'lost' | 'appliedThenErrored' | Fault;

/** An issuer that gives one certificate for one order and refuses an order that changed. */
export const fakeIssuer = () => {
  const orders = new Map<string, { readonly order: Order; readonly ref: CertificateRef }>();
  const plans: Plan[] = [];
  const profile = {
    version: 1,
    kind: 'organisation',
    publicKeys: ['p-256', 'rsa2048', 'ed25519'],
    terms: 'as they were',
  };
  const asked = { officeApproval: false };
  const acts = ledgerActs();
  const ledger = openLedger({
    table: { get: async () => undefined } as unknown as Table,
    clock: () => Date.UTC(2026, 10, 22),
    random: (n) => randomBytes(n),
    ...acts,
  });
  /** The certificate that ends the order. */
  const concludedBy = async ({ order, closes, actor, office }: Order, ref: CertificateRef) => {
    const draft = { kind: 'issuance', actor, office, certificates: [ref], details: { order } } as const;
    const { record } = await ledger.conclude(draft, closes);
    const [issued] = record.kind === 'issuance' ? (record.certificates ?? []) : [];
    if (issued === undefined) throw new Fault('wrong-state', 'The order ended in another way.');
    return issued;
  };
  const issuing: Issuing = {
    describe: async ({ profile: id, office, fields, subjectDigest }) => {
      if (id !== 'seal') throw new Fault('unknown-profile', 'There is no such profile.');
      if (office !== 'hino' && office !== 'nara') throw new Fault('profile-not-allowed', 'Not this office.');
      if (typeof fields.CN !== 'string' || fields.CN.trim() === '') {
        throw new Fault('invalid-field', 'CN is needed.', { field: 'CN' });
      }
      const CN = fields.CN.trim();
      const described = {
        tenant: office === 'hino' ? 'tokiwa' : 'minase',
        subject: `C=JP, CN=${CN}`,
        subjectDigest: hash('sha256', CN),
        subjectAltNames: [],
        fields: { CN },
        searched: [CN],
      };
      if ((subjectDigest ?? described.subjectDigest) !== described.subjectDigest) {
        throw new Fault('unknown-profile', 'It has changed.');
      }
      return { profile: { ...profile }, ...described };
    },
    claimKey: async ({ subjectPublicKeyInfo }) => ({ identity: keyIdentity(subjectPublicKeyInfo) }),
    assertOpen: async () => {},
    toExamine: async (application, salt) => {
      const { subject } = await issuing.describe(application);
      const certificateDigest = hash('sha256', JSON.stringify([salt, subject, profile.terms]));
      return { certificateDigest, officeApproval: asked.officeApproval };
    },
    issue: async (order) => {
      const plan = plans.shift();
      if (typeof plan === 'object') throw plan;
      if (plan === 'lost') throw new Fault('store-unavailable', 'The key store did not answer.');
      const { salt = '', digest } = order.examined ?? {};
      const application = { ...order, subjectPublicKeyInfo: order.subjectPublicKeyInfo };
      if ((await issuing.toExamine(application, salt)).certificateDigest !== digest) {
        throw new Fault('unknown-profile', 'It would be another certificate.');
      }
      const known = orders.get(order.order);
      expect(known?.order ?? order, 'the same order').toEqual(order);
      const drawn = { ca: 'organisation-1', serial: randomBytes(16).toString('hex') };
      const ref = known?.ref ?? (await concludedBy(order, drawn));
      orders.set(order.order, { order, ref });
      if (plan === 'appliedThenErrored') throw new Fault('store-unavailable', 'The answer was lost.');
      return ref;
    },
    resume: async ({ order }) => {
      const known = orders.get(order);
      if (known === undefined) throw new Fault('wrong-state', 'No certificate was issued for this order.');
      return known.ref;
    },
    giveUp: async (closes) => ((await ledger.conclusion(closes)) ? undefined : closes),
    chainPem: async ({ ca, serial }) => `certificate ${ca} ${serial}\n`,
  };
  return {
    issuing,
    dataKeys: memoryDataKeys(),
    acts,
    orders,
    /** The outcomes of the next orders, one after another. */
    fail: (...next: Plan[]) => plans.push(...next),
    waiting: (): number => plans.length,
    forgive: () => {
      plans.length = 0;
    },
    /** Whether the profile or the office asks for a second examination at the office. */
    askOfficeApproval: (isAsked: boolean) => {
      asked.officeApproval = isAsked;
    },
    /** A new version of the profile, which gives another certificate where its terms change. */
    changeProfile: (terms?: string) => {
      profile.version++;
      profile.terms = terms ?? profile.terms;
    },
  };
};

export interface Logged {
  readonly message: string;
  readonly facts: unknown;
}

const TENANTS: Partial<Record<string, string>> = { hino: 'tokiwa', nara: 'minase' };

const YEAR_MS = 365 * 86_400_000;

/** After this time an approval that was not used lapses. */
export const LAPSE_MS = 7 * 86_400_000;

/** Registration over a table, with the real ledger and a clock that advances a second at every reading. */
export const openOffice = (
  table: Table,
  issuer = fakeIssuer(),
  succession: RegistrationDeps['succession'] = async () => ({ successors: [], isServed: true }),
) => {
  let time = Date.UTC(2026, 10, 22);
  const clock = (): number => {
    time += 1000;
    return time;
  };
  const random = (n: number): Uint8Array => randomBytes(n);
  const ledger = openLedger({ table, clock, random, ...issuer.acts });
  const logged: Logged[] = [];
  // One table for both, so that a test which loses each write loses those of both.
  const personal = openPersonal({
    table,
    personal: table,
    dataKeys: issuer.dataKeys,
    recorder: ledger,
    clock,
    random,
  });
  const registration = openRegistration({
    table,
    personal: personal.data,
    dataEnds: { ofRequest: (from) => from + YEAR_MS, ofCertificate: async () => time + 13 * YEAR_MS },
    clock,
    random,
    ledger,
    issuing: issuer.issuing,
    holders: { name: async () => {} },
    officers: { isAt: async () => false, leaving: async () => undefined },
    issuedFor: async () => undefined,
    isRevoked: async () => false,
    retries: openRetries(() => time),
    succession,
    tenantOfOffice: async (office) => TENANTS[office],
    lapsesAt: (approvedAt) => approvedAt + LAPSE_MS,
    log: (_level, message, facts) => logged.push({ message, facts }),
  });
  const advance = (ms: number): void => {
    time += ms;
  };
  return { registration, personal: personal.data, ledger, issuer, logged, advance };
};

export const newSubmission = async (): Promise<Submission> => ({
  profile: 'seal',
  csr: await newCsr(),
  fields: { CN: ` ${NAME} ` },
});

/** Brings a request to a state, by the people of Hino and the centre. `examined-once` takes an issuer that asks for office approval. */
export const bringTo = async (
  registration: Registration,
  state: RequestState,
  submission?: Submission,
): Promise<string> => {
  const { request } = await registration.submit(PEOPLE.tanaka, submission ?? (await newSubmission()));
  const { id } = request;
  if (state === 'rejected') {
    await registration.examine(PEOPLE.sato, id, { decision: 'reject', reason: REASON });
  } else if (state === 'withdrawn') await registration.withdraw(PEOPLE.tanaka, id, REASON);
  else if (state !== 'submitted') {
    await registration.examine(PEOPLE.sato, id, { decision: 'approve' });
    const isExamined = state === 'examined' || state === 'examined-once';
    if (!isExamined) await registration.examine(PEOPLE.yamada, id, { decision: 'approve' });
  }
  return id;
};

const allOf = async (table: Table, pk: string): Promise<readonly string[]> => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({ pk, limit: 1000, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items.map(({ sk }) => sk));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

export const allRecords = async (table: Table): Promise<readonly LedgerRecord[]> => {
  const ledger = openLedger({
    table,
    clock: () => Date.UTC(2026, 10, 23),
    random: (n) => randomBytes(n),
    ...ledgerActs(),
  });
  const records: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ limit: 1000, ...(cursor !== undefined && { cursor }) });
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
};

/** Every listing without a state, and whether the request belongs into it. */
const listings = ({ tenant, office }: RequestRow) => [
  { by: {}, isOf: true },
  ...['tokiwa', 'minase'].map((one) => ({ by: { tenant: one }, isOf: one === tenant })),
  ...['hino', 'nara'].map((one) => ({ by: { office: one }, isOf: one === office })),
];

/**
 * Checks what must always hold: every request is in exactly the listings of its state, holds its public key while it may
 * still become a certificate, and every act on it has exactly one record. Resolves with the states by id.
 */
export const checkTable = async (
  table: Table,
  { issuer, logged, personal }: Pick<ReturnType<typeof openOffice>, 'issuer' | 'logged' | 'personal'>,
): Promise<ReadonlyMap<string, RequestState>> => {
  const states = new Map<string, RequestState>();
  const records = await allRecords(table);
  const personById = new Map<string, string>(Object.values(PEOPLE).map(({ id, person }) => [id, person]));
  let acts = 0;
  const rows: RequestRow[] = [];
  for (const id of await allOf(table, listingPk({}))) {
    const row = (await table.get<RequestRow>(requestKey(id)))?.value as RequestRow;
    states.set(id, row.state);
    rows.push(row);
    for (const { by, isOf } of listings(row))
      expect((await allOf(table, listingPk(by))).includes(id), `${id} in ${JSON.stringify(by)}`).toBe(isOf);
    for (const state of REQUEST_STATES) {
      for (const { by, isOf } of listings(row)) {
        expect(
          (await allOf(table, listingPk({ ...by, state }))).includes(id),
          `${id} in ${JSON.stringify(by)} ${state}`,
        ).toBe(isOf && state === row.state);
      }
    }
    const holder = (await table.get<UsedKeyRow>(usedKeyAt(row.key.identity)))?.value.request;
    if (['rejected', 'withdrawn', 'failed'].includes(row.state)) expect(holder).not.toBe(id);
    else expect(holder).toBe(id);

    const about = records.filter((record) => record.kind !== 'provision' && record.details.request === id);
    const expected = [
      ['submission', row.submittedBy, 'submitted'],
      ...row.examinations.map(({ by, stage, decision }) => ['examination', by, `${stage} ${decision}`]),
      ...(row.withdrawal ? [['submission', row.withdrawal.by, 'withdrawn']] : []),
      ...(row.failure ? [['submission', 'service', 'failed']] : []),
    ];
    acts += about.length;
    const told = about.map((record) => {
      if (record.kind === 'provision') return [];
      const { act, stage, decision } = record.details;
      return [record.kind, record.actor, act ?? `${stage} ${decision}`];
    });
    expect(told.sort()).toEqual(expected.sort());

    const order = issuer.orders.get(id);
    if (row.state === 'issued') {
      expect(order?.ref).toEqual(row.certificate);
      const actors = [row.submittedBy, ...row.examinations.map(({ by }) => by)];
      expect(new Set(actors.map((actor) => personById.get(actor))).size).toBe(actors.length);
      expect([3, 4]).toContain(actors.length);
      expect(hash('sha256', order?.order.subjectPublicKeyInfo as Uint8Array)).toBe(row.publicKeyDigest);
      const { fields } = await personal.read<RequestData>(requestItem(id));
      expect(order?.order).toMatchObject({ fields, profile: row.profile });
    } else if (row.state !== 'approved') expect(order).toBeUndefined();
  }
  expect(records.filter(({ kind }) => kind !== 'provision')).toHaveLength(acts);
  expect(JSON.stringify([records, logged])).not.toContain(NAME);
  expect(JSON.stringify(rows)).not.toContain(NAME);
  return states;
};
