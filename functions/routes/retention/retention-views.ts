import * as z from 'zod';
import type { EndedMonth, MonthView, OrderView } from '../../../lib/personal/personal.ts';
import { principalId, recordId, tenantId, utc } from '../../http/schemas.ts';

export const RETENTION = '/api/v1/retention';
export const HELD = `${RETENTION}/holders/{holder}`;

export const dataMonth = z
  .string()
  .regex(/^2\d{3}-(?:0[1-9]|1[0-2])$/, 'Must be a month, such as 2037-04.')
  .meta({ description: 'A month of UTC, in which personal data end.', example: '2037-04' });

export const ofTenant = tenantId.exactOptional().meta({
  description: 'Principals of the service name it. Those of a tenant may leave it out, and name no other.',
});

export const holder = principalId.meta({
  description: 'The pseudonym of the holder.',
  example: 'holder-tanabe',
});

const reference = z
  .string()
  .regex(
    /^[A-Za-z0-9._/()（）ァ-ヶ令和年月日第号-]{1,64}$/,
    'Must be 1 to 64 of A-Z, a-z, 0-9, . _ / - and what Japanese case numbers have, as in 令和8年(ワ)第123号; no name of a person.',
  )
  .meta({
    description: 'What the order is called at the court or the office that gave it. No name of a person.',
    example: '令和8年(ワ)第123号',
  });

export const orderBody = z.strictObject({ reference, tenant: ofTenant });

const tenant = tenantId.exactOptional().meta({ description: 'Absent where the data are of no tenant.' });
const copiesUntil = utc.meta({
  description: 'Until then copies of the data keys may still open copies of the data.',
});
const destroyedAt = utc.meta({ description: 'When its keys were destroyed.' });
const record = recordId.meta({ description: 'The record of the act.' });

export const monthView = z
  .object({
    tenant,
    month: dataMonth,
    state: z.enum(['open', 'over', 'ended']).meta({
      description:
        'Over: the keys are due to be destroyed, by the next run of the task `retention` or by an operator. Ended: an act destroyed them.',
    }),
    endsAt: utc.meta({ description: 'From then on the keys may be destroyed.' }),
    destroyedAt: destroyedAt.exactOptional(),
    record: record.exactOptional(),
    copiesUntil: copiesUntil.exactOptional(),
  })
  .meta({ id: 'RetentionMonth' }) satisfies z.ZodType<MonthView>;

export const endedMonth = z
  .object({
    tenant,
    month: dataMonth,
    destroyedAt,
    record,
    copiesUntil,
    first: z.boolean().meta({ description: 'False where the keys were destroyed before.' }),
  })
  .meta({ id: 'EndedMonth' }) satisfies z.ZodType<EndedMonth>;

const act = z.enum(['hold', 'release', 'erasure']);

export const orderView = z
  .object({
    tenant: tenantId,
    holder,
    held: z.boolean().meta({ description: 'A legal hold keeps the data beyond their month.' }),
    heldUnder: reference.exactOptional().meta({ description: 'The reference of the hold.' }),
    changed: z
      .object({
        act: z.string().meta({
          description:
            '`asked`, `withdrawn`, what was ordered, or `erased`, once an ordered erasure is complete.',
        }),
        reference: reference.exactOptional(),
        by: principalId,
        at: utc,
        record,
      })
      .exactOptional()
      .meta({ description: 'The newest act. Absent where nothing was ever ordered.' }),
    awaiting: z
      .object({ act, reference, askedBy: principalId, askedAt: utc, lapsesAt: utc })
      .exactOptional()
      .meta({ description: 'Another operator has to ask for the same.' }),
    erasingSince: utc.exactOptional().meta({
      description:
        'The data are gone from the table. The keys of their copies are destroyed by the task `retention`, five minutes later at the earliest.',
    }),
    copiesUntil: copiesUntil.exactOptional().meta({
      description:
        'After a complete erasure: until then copies of the data keys may still open copies of the data.',
    }),
  })
  .meta({ id: 'DataOrder' }) satisfies z.ZodType<OrderView>;
