import type { App } from '../../../lib/app.ts';
import type { Caller } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { named, sha256Hex } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import type { ResponseDescription } from '../../http/route.ts';

export const proofResponses: Readonly<Record<number, ResponseDescription>> = {
  200: {
    description:
      'A tlog-proof (C2SP) whose extra data are the record in canonical JSON. It can be verified without the service.',
    contentType: 'text/plain; charset=utf-8',
    headers: namesRecord,
  },
};

/** A proof for the caller. Resolves when the record of this answer is durable. */
export const provideProof = async (
  { transparencyLog, ledger }: Pick<App, 'transparencyLog' | 'ledger'>,
  asker: Caller,
  id: string,
  asked?: Parameters<App['transparencyLog']['prove']>[1],
): Promise<HttpResponse> => {
  const { record, proof } = await transparencyLog.prove(id, asked);
  const [told] = await ledger.append({
    kind: 'provision',
    ...asker,
    channel: 'records',
    ...(record.tenant !== undefined && { tenant: record.tenant }),
    certificates: record.certificates ?? [],
    provided: { proofs: [record.id] },
    responseDigest: sha256Hex(proof),
    count: 1,
  });
  return named({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: proof }, told);
};
