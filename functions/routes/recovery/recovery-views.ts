import * as z from 'zod';
import type { RecoveryOutcome, RecoveryStanding } from '../../../lib/ledger/ledger.ts';
import { principalId, utc } from '../../http/schemas.ts';

export const RECOVERY = '/api/v1/recovery';

const size = z.int().min(0);
export const tableSize = size.meta({ description: 'Leaves of the log that the table has.' });
export const publishedSize = z.int().min(1).meta({ description: 'Leaves of the log that are published.' });

const lost = z
  .array(z.tuple([size, size]))
  .readonly()
  .meta({
    description:
      'Leaves whose records the table does not have: ranges from the first index up to, and without, the second.',
  });

const awaiting = z
  .object({ askedBy: principalId, askedAt: utc, lapsesAt: utc })
  .meta({ id: 'AwaitedRecovery', description: 'Another operator has to confirm it.' });

const behind = { table: tableSize, published: publishedSize, lost };

export const recoveryStanding = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('level').meta({ description: 'The table has every published leaf.' }) }),
    z.object({
      state: z.enum(['behind', 'recovering']).meta({
        description:
          'The table is older than its log. Recovering: two operators recorded it, and what the objects have is being brought back.',
      }),
      ...behind,
      awaiting: awaiting.exactOptional(),
    }),
  ])
  .meta({ id: 'RecoveryStanding' }) satisfies z.ZodType<RecoveryStanding>;

export const recoveryOutcome = z
  .object({
    ...behind,
    awaiting: awaiting.exactOptional(),
    first: z.boolean().meta({ description: 'False if it was recorded before; nothing changed.' }),
  })
  .meta({ id: 'Recovery' }) satisfies z.ZodType<RecoveryOutcome>;
