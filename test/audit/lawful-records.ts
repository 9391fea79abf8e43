import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { CA, DAY, iso, NOW } from './incidents.ts';

/* Lawful records of every kind, in groups that name each other, and the same with one member of one record replaced. */

export type Plain = { readonly kind: string; readonly [member: string]: unknown };

const ref = [{ ca: CA, serial: '01aa' }];
const ago = (days: number): string => iso(NOW - days * DAY);

/** The record of that place in the group: its id. */
const named = (place: number): string => `#${place}`;

const closes = { act: 'order-1', number: 1 };
const lapsesAt = iso(NOW + DAY);

const recovery = { table: 1, published: 40, end: 40, since: ago(9), lost: [[30, 33]] };

const issuance = {
  tbsDigest: 'bb',
  notBefore: ago(40),
  notAfter: iso(NOW + 90 * DAY),
  order: 'r-1',
  profile: 'seal',
  profileVersion: 1,
  publicKeyDigest: 'cc',
  keyIdentity: 'key-1',
  closes,
};
const application = { request: 'r-1', profile: 'seal', profileVersion: 1, publicKeyDigest: 'cc' };
const approval = { decision: 'approve', round: 1, certificateDigest: 'dd', person: 'p2', ...application };

const published = {
  ca: CA,
  partition: 'full',
  thisUpdate: ago(5),
  nextUpdate: ago(4),
  madeAt: ago(5),
};

const enrolled = {
  standing: 'active',
  from: ago(60),
  until: iso(NOW + 90 * DAY),
  role: 'officer',
  person: 'p3',
  office: 'higashi',
  duties: ['receive'],
  invitation: { secret: 'aa', until: ago(20), person: 'p1' },
  contents: 'cc',
};
const invited = { ...enrolled, standing: 'invited' };
const brought = { publicKeyDigest: 'cc', keyIdentity: 'key-1', invitation: 'aa' };
const ofClerk = (number: number) => ({
  subject: 'principal',
  id: 'clerk',
  closes: { act: 'principal.clerk', number },
});

export const LAWFUL: readonly (readonly Plain[])[] = [
  [
    {
      kind: 'trust-domain',
      actor: 'o1+o2',
      details: {
        step: 'first',
        credentials: [{ principal: 'o1', publicKeyDigest: 'cc', keyIdentity: 'key-1' }],
      },
    },
    {
      kind: 'issuance',
      certificates: ref,
      details: { ...issuance, order: 'principal:o1:cc', keyHolder: 'o1', basis: [named(0)] },
    },
  ],
  [
    {
      kind: 'submission',
      actor: 'a',
      office: 'higashi',
      details: { act: 'submitted', person: 'p1', keyIdentity: 'key-1', ...application },
    },
    { kind: 'examination', actor: 'b', office: 'higashi', details: { stage: 'office', ...approval } },
    { kind: 'examination', actor: 'c', details: { stage: 'centre', ...approval } },
    {
      kind: 'issuance',
      certificates: ref,
      office: 'higashi',
      details: { ...issuance, basis: [named(0), named(1), named(2)] },
    },
    {
      kind: 'issuance',
      certificates: [{ ca: CA, serial: '01bb' }],
      details: { ...issuance, keyHolder: 'responder', renews: named(3) },
    },
  ],
  [
    { kind: 'issuance', certificates: ref, details: issuance },
    {
      kind: 'revocation',
      certificates: ref,
      details: {
        revocationTime: ago(20),
        reason: 'keyCompromise',
        invalidityDate: ago(21),
        askedAt: ago(25),
        reportedAt: ago(26),
        term: 86_400,
        raises: 'superseded',
        closes,
      },
    },
    {
      kind: 'hold',
      certificates: ref,
      details: { revocationTime: ago(22), reason: 'certificateHold', closes },
    },
    { kind: 'release', certificates: ref, details: { closes } },
  ],
  [
    { kind: 'issuance', certificates: ref, details: { ...issuance, profile: 'ca' } },
    {
      kind: 'confirmation',
      certificates: ref,
      details: { act: 'asked', status: 'revoked', reason: 'cACompromise', person: 'p1', lapsesAt },
    },
    {
      kind: 'revocation',
      actor: 'other',
      certificates: ref,
      details: { reason: 'cACompromise', revocationTime: ago(2), person: 'p2', confirms: named(1) },
    },
    {
      kind: 'confirmation',
      certificates: ref,
      details: { act: 'correction-asked', rows: ['status'], person: 'p1', lapsesAt },
    },
    {
      kind: 'confirmation',
      actor: 'other',
      certificates: ref,
      details: { act: 'corrected', rows: ['status'], person: 'p2', confirms: named(3) },
    },
    {
      kind: 'ceremony',
      certificates: ref,
      details: { step: 'authority', ca: CA, algorithm: 'x', digest: 'aa' },
    },
  ],
  [
    { kind: 'issuance', certificates: ref, details: issuance },
    {
      kind: 'provision',
      recipient: 'public',
      channel: 'ocsp',
      method: 'POST',
      certificates: ref,
      provided: {
        answers: ['revoked'],
        reasons: ['superseded'],
        thisUpdate: ago(9),
        signedRequest: 'ee',
        impossible: 1,
        unregistered: { ca: CA, answer: 'revoked', reason: 'nonIssued', serials: ['01ff'] },
      },
      responseDigest: 'aa',
      count: 2,
    },
  ],
  [
    { kind: 'issuance', certificates: ref, details: issuance },
    { kind: 'revocation', certificates: ref, details: { revocationTime: ago(20), reason: 'superseded' } },
    { kind: 'publication', details: { ...published, number: 1, digest: 'd1', previous: 0 } },
    {
      kind: 'publication',
      details: {
        ...published,
        only: 'onlyContainsUserCerts',
        number: 2,
        digest: 'd2',
        previous: 1,
        left: [{ number: 7, digest: 'd7', partition: 'full' }],
        overtaken: false,
      },
    },
  ],
  [
    {
      kind: 'trust-domain',
      details: { step: 'proposed', amendment: 'am-1', before: 'aa', after: 'bb', person: 'p1' },
    },
    {
      kind: 'trust-domain',
      actor: 'other',
      details: { step: 'approved', amendment: 'am-1', before: 'aa', after: 'bb', person: 'p2' },
    },
    {
      kind: 'trust-domain',
      details: {
        step: 'applied',
        amendment: 'am-1',
        before: 'aa',
        after: 'bb',
        basis: [named(0), named(1)],
      },
    },
    { kind: 'trust-domain', details: { step: 'rejected', amendment: 'am-2' } },
  ],
  [
    { kind: 'key-list', details: { step: 'proposed', list: 'aa', keys: 2, person: 'p1', lapsesAt } },
    {
      kind: 'key-list',
      actor: 'other',
      details: { step: 'approved', list: 'aa', keys: 2, person: 'p2', proposal: named(0) },
    },
  ],
  [
    { kind: 'recovery', details: { ...recovery, act: 'asked', person: 'p1', lapsesAt } },
    {
      kind: 'recovery',
      actor: 'other',
      details: { ...recovery, act: 'confirmed', person: 'p2', confirms: named(0) },
    },
  ],
  [
    {
      kind: 'personal-data',
      tenant: 'tokiwa',
      holder: 'holder-1',
      details: { act: 'asked', asks: 'erasure', reference: 'R-1', held: false, person: 'p1', lapsesAt },
    },
    {
      kind: 'personal-data',
      actor: 'other',
      tenant: 'tokiwa',
      holder: 'holder-1',
      details: {
        act: 'erasure',
        reference: 'R-1',
        held: false,
        askedBy: 'operator',
        askedByPerson: 'p1',
        person: 'p2',
        confirms: named(0),
      },
    },
    {
      kind: 'data-key',
      tenant: 'tokiwa',
      details: { act: 'closed', key: 'tokiwa.2041-04.1', month: '2041-04', because: named(1) },
    },
    {
      kind: 'data-key',
      tenant: 'tokiwa',
      details: { act: 'destroyed', key: 'tokiwa.2041-04.1', month: '2041-04' },
    },
  ],
  [
    { kind: 'report', details: { act: 'annual', fiscalYear: 2038, version: 1, digest: 'aa' } },
    { kind: 'retention', details: { class: 'report', report: 'annual', fiscalYear: 2037, version: 1 } },
    { kind: 'setting', details: { setting: 'nonIssued', value: 'revoked', before: 'unknown' } },
    { kind: 'export', details: { step: 'begun', channel: 'export', format: 'csv', query: { kind: 'hold' } } },
    { kind: 'disclosure', holder: 'holder-1', details: { act: 'delegate-named', until: lapsesAt } },
  ],
  [
    {
      kind: 'enrolment',
      details: {
        act: 'proposed',
        ...ofClerk(1),
        person: 'p1',
        proposed: { state: { ...invited, invitation: undefined }, lapsesAt },
      },
    },
    {
      kind: 'enrolment',
      actor: 'other',
      details: { act: 'invited', ...ofClerk(2), person: 'p2', state: invited, confirms: named(0) },
    },
    {
      kind: 'enrolment',
      actor: 'clerk',
      details: { act: 'key-brought', ...ofClerk(3), state: { ...invited, brought } },
    },
    {
      kind: 'enrolment',
      details: { act: 'enrolled', ...ofClerk(4), person: 'p3', state: { ...enrolled, key: brought } },
    },
    {
      kind: 'issuance',
      certificates: ref,
      details: { ...issuance, keyHolder: 'clerk', basis: [named(3)] },
    },
    {
      kind: 'submission',
      actor: 'clerk',
      office: 'higashi',
      details: { act: 'submitted', person: 'p3', keyIdentity: 'key-2', ...application },
    },
  ],
];

const deep = (depth: number): unknown => (depth === 0 ? 'deep' : { in: deep(depth - 1) });

/** `__proto__` as JSON has it: a member like any other. */
const ODD: readonly unknown[] = [
  { toString: 1, valueOf: 1 },
  JSON.parse('{"__proto__":{"toString":1},"constructor":1,"toJSON":1}'),
  [[{ toString: 1, valueOf: 1 }]],
  [null],
  null,
  true,
  -1e300,
  1e300,
  '__proto__',
  '9999-99-99T99:99:99Z',
  'x'.repeat(2000),
  deep(20),
];

type Path = readonly (string | number)[];

/** Every member of a value, and every member of these. */
const pathsIn = (value: unknown): readonly Path[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]) => {
        const own = Array.isArray(value) ? Number(name) : name;
        return [[own], ...pathsIn(member).map((path) => [own, ...path])];
      });

const replaced = (value: unknown, [name, ...rest]: Path, by: unknown): unknown => {
  if (name === undefined) return by;
  const inner = (value as Readonly<Record<string | number, unknown>>)[name];
  const next = replaced(inner, rest, by);
  if (Array.isArray(value)) return value.with(name as number, next);
  return { ...(value as object), [name]: next };
};

/** With ids in place of `#0`, which are old enough to have leaves. */
const recordsOf = (group: readonly Plain[], idOf: (place: number) => string): readonly LedgerRecord[] => {
  const text = JSON.stringify(group).replaceAll(/"#(\d)"/g, (_, place) => `"${idOf(Number(place))}"`);
  return (JSON.parse(text) as readonly Plain[]).map((record, place) => {
    const id = idOf(place);
    return {
      ...(record.kind !== 'provision' && { actor: 'operator' }),
      ...record,
      id,
      time: new Date(Number.parseInt(id.slice(0, 12), 16)).toISOString(),
      salt: '00'.repeat(16),
      leaf: 40 + place,
    } as unknown as LedgerRecord;
  });
};

const usualId = (place: number): string =>
  (NOW - (30 - place) * DAY).toString(16).padStart(12, '0') + place.toString(16).padStart(20, '0');

/** The group as it is, and with each member of `details` and `provided`, and each signature, replaced by each odd value. */
export function* variantsOf(
  group: readonly Plain[],
  idOf: (variant: number, place: number) => string = (_, place) => usualId(place),
  odd: readonly unknown[] = ODD,
): Generator<readonly [name: string, records: readonly LedgerRecord[]]> {
  let variant = 0;
  const next = (changed: readonly Plain[]): readonly LedgerRecord[] => {
    const own = variant++;
    return recordsOf(changed, (place) => idOf(own, place));
  };
  yield ['as it is', next(group)];
  for (const [place, record] of group.entries()) {
    const content = record.kind === 'provision' ? 'provided' : 'details';
    const paths = pathsIn(record[content]).map((path) => [content, ...path]);
    const signed =
      record.kind === 'provision' ? [] : [['signature'], ['signature', 'key'], ['signature', 'value']];
    for (const path of [...paths, ...signed]) {
      for (const by of odd) {
        const before =
          path[0] === 'signature' ? { signature: { key: 'a-1', value: 'aa' }, ...record } : record;
        const name = `${record.kind} ${path.join('.')} = ${JSON.stringify(by)?.slice(0, 60)}`;
        yield [name, next(group.with(place, replaced(before, path, by) as Plain))];
      }
    }
  }
}
