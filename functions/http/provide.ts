import { createHash } from 'node:crypto';
import type { Ledger, ProvisionDraft } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import { type HttpResponse, json } from './http.ts';

export const sha256Hex = (body: Uint8Array | string): string =>
  createHash('sha256').update(body).digest('hex');

/**
 * A JSON answer that tells somebody something, given back only when the record of it is durable: no answer leaves
 * without one. The digest is of the bytes that are sent.
 */
export const provide = async (
  ledger: Ledger,
  caller: Principal,
  value: unknown,
  told: Pick<ProvisionDraft, 'channel' | 'certificates' | 'provided' | 'count'>,
): Promise<HttpResponse> => {
  const response = json(200, value);
  await ledger.append({
    kind: 'provision',
    recipient: caller.id,
    ...(caller.office !== undefined && { office: caller.office }),
    method: 'GET',
    ...told,
    responseDigest: sha256Hex(response.body),
  });
  return response;
};
