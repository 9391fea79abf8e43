// zod/mini, because the OCSP functions load it when they start: see lib/env.ts.
import * as z from 'zod/mini';
import type { Log } from '../ports.ts';
import { everyItem, type Table, type Value } from '../store/store.ts';

/**
 * The CAs that ceremonies made. A row has only what stands nowhere else: the terms are the trust domain's (issuer-terms.ts),
 * and the addresses those in force. A reader that relies on the certificate checks it (issuers.ts).
 *
 *   issuers  {ca}  IssuerRow
 */
export type IssuerRow = {
  /** base64 of the DER certificate. */
  readonly certificate: string;
  /** The algorithms of the CA's responders, and the partitions of its CRLs, for the gauges, which have no trust domain. */
  readonly responders: readonly string[];
  readonly crls: readonly string[];
};

export const ISSUERS = 'issuers';

const SHAPE: z.ZodMiniType<IssuerRow> = z.object({
  certificate: z.string(),
  responders: z.array(z.string()),
  crls: z.array(z.string()),
});

/** The row, if its shape is right; undefined where something in it is missing or of another type. */
const wholeIssuerRow = (value: Value): IssuerRow | undefined => SHAPE.safeParse(value).data;

/** Every row, by the id of the CA; undefined for a row that cannot be read. */
export const readIssuerRows = async (
  table: Pick<Table, 'query'>,
): Promise<ReadonlyMap<string, IssuerRow | undefined>> => {
  const rows = new Map<string, IssuerRow | undefined>();
  for await (const { sk, value } of everyItem(table, { pk: ISSUERS })) rows.set(sk, wholeIssuerRow(value));
  return rows;
};

export const logUnreadable = (log: Log, ca: string, error: string): void =>
  log('error', 'The row of a CA cannot be read: its requests fail until it is mended', { ca, error });
