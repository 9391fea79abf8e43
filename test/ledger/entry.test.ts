import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { entryOf, parseEntry, recordBytes } from '../../lib/ledger/entry.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { ledgerOver, provision } from './log-world.ts';

const RECORD: LedgerRecord = {
  id: '0192f0c0ffee00010123456789abcdef',
  time: '2024-11-03T06:12:48.750Z',
  salt: '000102030405060708090a0b0c0d0e0f',
  kind: 'provision',
  recipient: 'tax-portal',
  channel: 'ocsp',
  method: 'POST',
  certificates: [{ ca: 'organisation-1', serial: '01' }],
  provided: { 状態: 'good' },
  responseDigest: 'ab'.repeat(32),
  count: 1,
};

describe('a log entry', () => {
  it('has the format of docs/ledger.md, byte for byte', () => {
    const canonical =
      `{"certificates":[{"ca":"organisation-1","serial":"01"}],"channel":"ocsp","count":1,` +
      `"id":"0192f0c0ffee00010123456789abcdef","kind":"provision","method":"POST","provided":{"状態":"good"},` +
      `"recipient":"tax-portal","responseDigest":"${'ab'.repeat(32)}",` +
      `"salt":"000102030405060708090a0b0c0d0e0f","time":"2024-11-03T06:12:48.750Z"}`;
    expect(Buffer.from(recordBytes(RECORD)).toString('utf8')).toBe(canonical);
    expect(Buffer.from(entryOf(RECORD)).toString('hex')).toBe(
      `${RECORD.id}${hash('sha256', canonical)}${Buffer.from('provision').toString('hex')}`,
    );
    expect(entryOf({ ...RECORD, leaf: 7 })).toEqual(entryOf(RECORD));
  });

  it('differs with every member and with the salt alone', () => {
    for (const change of [{ count: 2 }, { salt: 'f'.repeat(32) }, { method: 'GET' }, { purpose: 'x' }]) {
      expect(entryOf({ ...RECORD, ...change } as LedgerRecord)).not.toEqual(entryOf(RECORD));
    }
  });

  it('shows only the record’s id, its kind and a digest that cannot be guessed', async () => {
    await using store = await openTemporaryTable();
    const ledger = ledgerOver(store.table);
    const [a] = await ledger.append(provision('01'));
    const [b] = await ledger.append(provision('01'));
    expect(a?.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(a?.salt).not.toBe(b?.salt);
    // Neither the id, which the log shows, nor the time reveals the salt.
    expect(a?.id).not.toContain(a?.salt.slice(0, 8));
    expect(entryOf(a as LedgerRecord).length).toBe(16 + 32 + 'provision'.length);
  });

  it('is parsed back, and other bytes are refused', () => {
    const { id, kind, time, digest } = parseEntry(entryOf(RECORD));
    expect({ id, kind, time }).toEqual({ id: RECORD.id, kind: 'provision', time: 0x0192f0c0ffee });
    expect(Buffer.from(digest).toString('hex')).toBe(hash('sha256', recordBytes(RECORD)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          const entry = parseEntry(bytes);
          const again = Buffer.concat([Buffer.from(entry.id, 'hex'), entry.digest, Buffer.from(entry.kind)]);
          expect(again).toEqual(Buffer.from(bytes));
        } catch (error) {
          if (!Fault.is(error, 'malformed-tile')) throw error;
        }
      }),
    );
  });
});
