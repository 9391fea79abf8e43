import * as z from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { CHANNELS, type Ledger, RECORD_KINDS, type RecordQuery } from '../../../lib/ledger/ledger.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { provide } from '../../http/provide.ts';
import {
  caId,
  cursor,
  ledgerRecord,
  officeId,
  pageLimit,
  principalId,
  purposeId,
  serial,
  time,
} from '../../http/schemas.ts';

/** The query parameter for one kind of records. */
export const recordKind = z
  .enum(RECORD_KINDS)
  .exactOptional()
  .meta({ description: 'What the records are of; without it, of every kind.' });

/** Query parameters of both lists of records. */
export const recordFilter = {
  recipient: principalId.exactOptional().meta({ description: 'A principal, or `public`.' }),
  ca: caId.exactOptional(),
  serial: serial.exactOptional(),
  holder: principalId.exactOptional().meta({
    description: "The issuance of the holder's certificates, and every provision about one of them.",
  }),
  office: officeId.exactOptional().meta({ description: 'The sub-office that acted or was answered.' }),
  purpose: purposeId.exactOptional().meta({ description: 'The recorded purpose; finds provisions only.' }),
  channel: z
    .enum(CHANNELS)
    .exactOptional()
    .meta({ description: 'How the answer was given; finds provisions only.' }),
  from: time.exactOptional().meta({ description: 'The earliest time, inclusive.' }),
  to: time.exactOptional().meta({ description: 'The latest time, exclusive.' }),
  limit: pageLimit(1000, 100),
  cursor: cursor.exactOptional(),
};

export const recordPage = z.object({
  records: z.array(ledgerRecord),
  cursor: z.string().exactOptional(),
});

type Filter = Omit<RecordQuery, 'certificate'> & { readonly ca?: string; readonly serial?: string };

/** Answers a query of the ledger, and records the answer there: auditors are audited too. */
export const answerQuery = async (
  ledger: Ledger,
  caller: Principal,
  method: string,
  { ca, serial: serialNumber, ...rest }: Filter,
): Promise<HttpResponse> => {
  const certificate = certificateOf(ca, serialNumber);
  if (rest.recipient !== undefined && rest.actor !== undefined) {
    throw new Fault('invalid-input', 'Ask by recipient or by actor: no record has both.');
  }
  const page = await ledger.query({ ...rest, ...(certificate ? { certificate } : {}) });
  const { cursor: continued, ...query } = rest;
  return provide(ledger, caller, page, {
    channel: 'records',
    method,
    certificates: certificate ? [certificate] : [],
    provided: {
      query: { ...query, ...certificate },
      continued: continued !== undefined,
      newest: page.records[0]?.id,
      oldest: page.records.at(-1)?.id,
    },
    count: page.records.length,
  });
};

export const certificateOf = (ca: string | undefined, serialNumber: string | undefined) => {
  if (ca !== undefined && serialNumber !== undefined) return { ca, serial: serialNumber };
  if (ca === undefined && serialNumber === undefined) return undefined;
  throw new Fault('invalid-input', 'A certificate is named by ca and serial together.');
};
