import { hash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { openActs } from '../../lib/acts/acts.ts';
import {
  checkActKeys,
  type Finding,
  openConfirmationCheck,
  openSignedActCheck,
  type ShownActKey,
} from '../../lib/audit/audit.ts';
import { type ActDraft, actKeyKindOf, type LedgerRecord, signedDigest } from '../../lib/ledger/ledger.ts';
import { memoryKeys, memoryObjects } from '../acts.ts';

/* The audit of acts: their signatures, their ends, and the second person of a revocation that takes two. */

type Act = LedgerRecord & ActDraft;

const acts = openActs({
  objects: memoryObjects(),
  keys: memoryKeys(),
  origin: 'log.example/log',
  clock: () => Date.now(),
});
let ids = 0;
const NOW = Date.parse('2026-11-29T09:00:00Z');

const unsigned = (draft: ActDraft, time = NOW): Act => ({
  ...draft,
  id: time.toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0'),
  time: new Date(time).toISOString(),
  salt: '00'.repeat(16),
});
const signed = async (draft: ActDraft, time = NOW): Promise<Act> => {
  const record = unsigned(draft, time);
  return { ...record, signature: await acts.sign(actKeyKindOf(record), signedDigest(record)) };
};

let keys: readonly ShownActKey[];

const audited = (records: readonly LedgerRecord[], shown = keys): readonly Finding[] => {
  const findings: Finding[] = [];
  const report = (damage: Finding['damage'], facts: Finding['facts']) => findings.push({ damage, facts });
  const checks = [openSignedActCheck({ report, keys: shown }), openConfirmationCheck({ report })];
  for (const record of records) for (const check of checks) check.observe(record, false);
  for (const check of checks) check.conclude();
  return findings;
};

const CA = [{ ca: 'organisation-1', serial: '01aa' }];
const LEAF = { ca: 'organisation-1', serial: '01bb' };
const ofCa: ActDraft = {
  kind: 'issuance',
  actor: 'service',
  certificates: CA,
  details: { profile: 'ca' },
};
const terms = { reason: 'cACompromise' };
const asked = (person: string): ActDraft => ({
  kind: 'confirmation',
  actor: `operator-${person}`,
  certificates: CA,
  details: { act: 'asked', status: 'revoked', ...terms, person, lapsesAt: '2026-12-06T09:00:00Z' },
});
const revoked = (person: string, confirms?: string, more: object = {}): ActDraft => ({
  kind: 'revocation',
  actor: `operator-${person}`,
  certificates: CA,
  details: { ...terms, person, ...(confirms !== undefined && { confirms }), ...more },
});

beforeAll(async () => {
  for (const draft of [ofCa, asked('noda'), revoked('noda')]) await signed(draft);
  keys = await acts.keys();
});

describe('the signature of an act', () => {
  it('is found good by the public keys alone', async () => {
    expect(audited([await signed(ofCa)])).toEqual([]);
  });

  it('is missed: none, of another record, by a key of another kind, by a key that nobody shows', async () => {
    const good = await signed(ofCa);
    const other = await signed(ofCa);
    const wrongKind = await acts.sign('revocation', signedDigest(good));
    const stranger = openActs({
      objects: memoryObjects(),
      keys: memoryKeys(),
      origin: 'log.example/log',
      clock: () => Date.now(),
    });
    const { signature: _, ...bare } = good;
    for (const record of [
      bare as Act,
      { ...good, signature: other.signature as never },
      { ...good, signature: wrongKind },
      { ...good, signature: await stranger.sign('issuance', signedDigest(good)) },
      { ...good, details: { profile: 'ocsp-responder' } },
    ]) {
      expect(audited([record]).map(({ damage }) => damage)).toEqual(['act-not-signed']);
    }
  });

  it('of a closed key counts below the size at which it was closed, and nowhere else', async () => {
    const record = await signed(ofCa);
    const closed = keys.map((key) => (key.kind === 'issuance' ? { ...key, closedAt: 10 } : key));
    expect(audited([{ ...record, leaf: 9 }], closed)).toEqual([]);
    for (const late of [{ ...record, leaf: 10 }, record]) {
      expect(audited([late], closed)).toMatchObject([{ damage: 'act-not-signed' }]);
    }
  });
});

describe('an end', () => {
  it('is found where two acts made it, and not where each has its own number', async () => {
    const end = (number: number) =>
      signed({ kind: 'issuance', actor: 'service', details: { closes: { act: 'a-1', number } } });
    expect(audited([await end(1), await end(2)])).toEqual([]);
    const [first, second] = [await end(1), await end(1)];
    expect(audited([first, second])).toEqual([
      { damage: 'end-repeated', facts: { record: second.id, act: 'a-1', number: 1 } },
    ]);
  });
});

describe('the keys of acts', () => {
  it('stay the keys that an auditor has seen', () => {
    const findings: Finding[] = [];
    const report = (damage: Finding['damage'], facts: Finding['facts']) => findings.push({ damage, facts });
    const seen = checkActKeys(keys, {}, report);
    expect(checkActKeys(keys, seen, report)).toEqual(seen);
    expect(findings).toEqual([]);
    const [one, ...others] = keys as [ShownActKey, ...ShownActKey[]];
    checkActKeys([{ ...one, digest: hash('sha256', 'another') }, ...others], seen, report);
    checkActKeys(others, seen, report);
    checkActKeys([...keys, { ...one, generation: 2, predecessor: hash('sha256', 'none') }], seen, report);
    expect(findings.map(({ damage }) => damage)).toEqual(Array(3).fill('act-key-changed'));
  });
});

describe('the revocation of a CA', () => {
  it('is found good where another person asked for the same', async () => {
    const asking = await signed(asked('noda'));
    expect(audited([await signed(ofCa), asking, await signed(revoked('sakai', asking.id))])).toEqual([]);
  });

  it.each([
    ['nobody asked', () => undefined, {}],
    ['the same person asked', () => asked('sakai'), {}],
    ['it was asked on other terms', () => asked('noda'), { reason: 'superseded' }],
    [
      'it was asked for another certificate',
      () => ({ ...asked('noda'), certificates: [LEAF] }) as ActDraft,
      {},
    ],
  ])('is named where %s', async (_, askingOf, more) => {
    const draft = askingOf();
    const asking = draft && (await signed(draft));
    const closing = await signed(revoked('sakai', asking?.id, more));
    const records = [await signed(ofCa), ...(asking ? [asking] : []), closing];
    expect(audited(records)).toMatchObject([
      { damage: 'revocation-not-confirmed', facts: { record: closing.id } },
    ]);
  });

  it('is named where the asking had lapsed', async () => {
    const asking = await signed(asked('noda'));
    const late = await signed(revoked('sakai', asking.id), NOW + 8 * 86_400_000);
    expect(audited([await signed(ofCa), asking, late])).toMatchObject([
      { damage: 'revocation-not-confirmed' },
    ]);
  });
});
