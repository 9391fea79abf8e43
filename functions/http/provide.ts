import { createHash } from 'node:crypto';
import type { Ledger, ProvisionDraft } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import { type HttpResponse, json } from './http.ts';
import { recordHeader } from './record-header.ts';

export const sha256Hex = (body: Uint8Array | string): string =>
  createHash('sha256').update(body).digest('hex');

/**
 * A JSON answer, resolved when its record is durable: no answer leaves without one. The record has the digest of the
 * body, also for HEAD, which does not send the body.
 */
export const provide = async (
  ledger: Ledger,
  caller: Principal,
  value: unknown,
  answer: Pick<ProvisionDraft, 'channel' | 'method' | 'certificates' | 'provided' | 'count'>,
): Promise<HttpResponse> => {
  const response = json(200, value);
  const [record] = await ledger.append({
    kind: 'provision',
    recipient: caller.id,
    ...(caller.office !== undefined && { office: caller.office }),
    ...answer,
    responseDigest: sha256Hex(response.body),
  });
  return named(response, record);
};

/** The answer with the header that names its record. */
export const named = (response: HttpResponse, record: { readonly id: string } | undefined): HttpResponse => ({
  ...response,
  headers: { ...response.headers, ...(record && recordHeader(record.id)) },
});
