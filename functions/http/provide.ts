import { createHash } from 'node:crypto';
import type { Ledger, ProvisionDraft } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import { recipientOf } from '../../lib/recipient.ts';
import { type HttpResponse, json } from './http.ts';
import { recordHeader } from './record-header.ts';

export const sha256Hex = (body: Uint8Array | string): string =>
  createHash('sha256').update(body).digest('hex');

/** What a record says of an answer beside who got it. */
export type Told = Pick<
  ProvisionDraft,
  'channel' | 'method' | 'certificates' | 'requests' | 'provided' | 'count'
>;

/**
 * A JSON answer, resolved when its record is durable: no answer leaves without one. The record has the digest of the
 * body, also for HEAD, which does not send the body. An answer that names more than a record has room for is told in parts.
 */
export const provide = async (
  ledger: Ledger,
  caller: Principal,
  value: unknown,
  ...parts: readonly [Told, ...Told[]]
): Promise<HttpResponse> => {
  const response = json(200, value);
  const responseDigest = sha256Hex(response.body);
  const records = await ledger.append(
    ...parts.map(
      (told): ProvisionDraft => ({ kind: 'provision', ...recipientOf(caller), ...told, responseDigest }),
    ),
  );
  return named(response, { id: records.map(({ id }) => id).join(', ') });
};

/** The answer with the header that names its record. */
export const named = (response: HttpResponse, record: { readonly id: string } | undefined): HttpResponse => ({
  ...response,
  headers: { ...response.headers, ...(record && recordHeader(record.id)) },
});
