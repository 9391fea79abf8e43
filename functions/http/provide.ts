import { createHash } from 'node:crypto';
import { type Ledger, MAX_CERTIFICATES_PER_RECORD, type ProvisionDraft } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import { recipientOf } from '../../lib/recipient.ts';
import { type HttpResponse, json } from './http.ts';
import { recordHeader } from './record-header.ts';

export const sha256Hex = (body: Uint8Array | string): string =>
  createHash('sha256').update(body).digest('hex');

/**
 * What a record says of an answer beside who got it. Without `tenant`, what it tells is about the caller's tenant, or about the
 * service as a whole.
 */
export type Told = Pick<
  ProvisionDraft,
  'channel' | 'method' | 'tenant' | 'tenants' | 'certificates' | 'requests' | 'provided' | 'count'
>;

/**
 * What the records say of a list of items: there is one for each tenant that an item belongs to, and for every `most` of its
 * items. An empty list has one record.
 */
export const toldByTenant = <T>(
  items: readonly T[],
  tenantOf: (item: T) => string | undefined,
  tell: (shown: readonly T[]) => Told,
  most = MAX_CERTIFICATES_PER_RECORD,
): readonly [Told, ...Told[]] => {
  const parts = [...Map.groupBy(items, tenantOf)].flatMap(([tenant, all]) =>
    Array.from(
      { length: Math.ceil(all.length / most) },
      (_, n): Told => ({
        ...tell(all.slice(n * most, (n + 1) * most)),
        ...(tenant !== undefined && { tenant }),
      }),
    ),
  );
  const [first = tell([]), ...others] = parts;
  return [first, ...others];
};

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
      (told): ProvisionDraft => ({
        kind: 'provision',
        ...recipientOf(caller),
        ...(caller.tenant !== undefined && { tenant: caller.tenant }),
        ...told,
        responseDigest,
      }),
    ),
  );
  return named(response, { id: records.map(({ id }) => id).join(', ') });
};

/** The answer with the header that names its record. */
export const named = (response: HttpResponse, record: { readonly id: string } | undefined): HttpResponse => ({
  ...response,
  headers: { ...response.headers, ...(record && recordHeader(record.id)) },
});
