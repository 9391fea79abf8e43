import * as z from 'zod';
import type { KeyListView } from '../../../lib/authority/authority.ts';
import { principalId, sha256, utc } from '../../http/schemas.ts';

export const KEY_LIST = '/api/v1/keys/compromised';

export const proposalId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'Must be the id of a proposal.')
  .meta({ description: 'The id of the record of the proposal.' });

const list = sha256.meta({
  description: 'SHA-256 of the list: its lines sorted, each once and ended by a line feed.',
});

export const keyListView = z
  .object({
    inForce: z
      .object({ list, keys: z.int() })
      .exactOptional()
      .meta({ description: 'Absent if no list is in force.' }),
    proposal: z
      .object({
        id: proposalId,
        list: list.exactOptional(),
        keys: z.int(),
        by: principalId,
        at: utc,
        lapsesAt: utc,
      })
      .exactOptional()
      .meta({
        description: 'What awaits another operator. Without `list`, the list in force is to be withdrawn.',
      }),
  })
  .meta({ id: 'KeyList' }) satisfies z.ZodType<KeyListView>;
