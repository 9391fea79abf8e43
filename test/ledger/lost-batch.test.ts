import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { openLedger, openRecoveries, openRecovery } from '../../lib/ledger/ledger.ts';
import { CHECKPOINT_OBJECT, readPath } from '../../lib/ledger/tree.ts';
import { readTree } from '../../lib/ledger/tree-row.ts';
import type { Principal } from '../../lib/principal.ts';
import { parseCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { parseNote } from '../../lib/tlog/note.ts';
import { TileReader } from '../../lib/tlog/tile-reader.ts';
import { ledgerActs } from '../acts.ts';
import { rollbackTable } from '../store/row-attacks.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { advance, appendSome, clock, sequencerOver } from './log-world.ts';

const person = (id: string): Principal => ({
  id,
  role: 'operator',
  person: `person-${id}`,
  name: { ja: id, en: id },
});

/** Witnesses may have seen a batch that was never published: a tree that goes on must have it. */
it('a table that was put back goes on with the batch that was put and not published', async () => {
  await using store = await openTemporaryTable();
  await using files = await openTemporaryBucket();
  const { bucket } = files;
  const table = rollbackTable(store.table);
  const acts = ledgerActs(clock);
  const ledger = openLedger({ table, clock, random: (n) => randomBytes(n), ...acts });
  const recoveries = openRecoveries({ objects: acts.objects, bucket, conclusion: ledger.conclusion });
  const recovery = openRecovery({
    table,
    bucket,
    recoveries,
    recorder: ledger,
    lapsesAt: (askedAt) => askedAt + 3_600_000,
    clock,
  });
  const over = (cosign?: () => Promise<never>) =>
    sequencerOver(table, bucket, { recoveries, acts: { ...acts.acts }, ...(cosign && { cosign }) });

  await appendSome(ledger, 3);
  await over().sequence();
  const undo = table.mark();
  await appendSome(ledger, 2);
  await over().sequence();
  await appendSome(ledger, 2);
  const alone = over(async () => {
    throw new Error('no witness');
  });
  await expect(alone.sequence()).rejects.toThrow('no witness');
  const seen = (await readTree(table))?.row;
  expect(seen?.size).toBe(7);
  await undo();

  const late = await appendSome(ledger, 1);
  await expect(over().sequence()).rejects.toMatchObject({ code: 'table-behind' });
  expect(await recovery.standing()).toEqual({ state: 'behind', table: 3, published: 5, lost: [[3, 7]] });
  advance(1);
  await recovery.recover(person('a'), { table: 3, published: 5 });
  advance(1);
  await recovery.recover(person('b'), { table: 3, published: 5 });
  const sequencer = over();
  while ((await sequencer.sequence()).leaves > 0);

  const note = (await bucket.get(CHECKPOINT_OBJECT))?.body as Uint8Array;
  const tree = parseCheckpoint(parseNote(note).text);
  const root = await new TileReader(tree, readPath(bucket)).rootAt(7);
  expect(Buffer.from(root).toString('base64')).toBe(seen?.root);
  // The acts are the next leaves, before a record that is older.
  expect(tree.size).toBe(10);
  expect((await ledger.get(late[0]?.id as string)).leaf).toBe(9);
});
