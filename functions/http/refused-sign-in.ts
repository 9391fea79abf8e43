import type { App } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import type { Door } from '../../lib/principal.ts';
import { UNPROVEN } from './authenticate.ts';
import type { HttpHead } from './http.ts';
import { errorFacts } from './problems.ts';

/**
 * Records that credentials were refused where a route requires them: a failed sign-in. Anybody can cause such records, so one says
 * no more than the method, what was refused and why; those that are alike share a record (lib/ledger/sharing.ts). The caller
 * learns of the refusal even where it cannot be recorded.
 */
export const recordRefusal = async (
  app: Pick<App, 'principals'> & Partial<Pick<App, 'ledger'>>,
  log: Log,
  request: HttpHead,
  refusal: unknown,
): Promise<void> => {
  const door = refusedDoor(request, refusal);
  // A process that answers OCSP and nothing else has no route that requires credentials, and no such ledger.
  if (door === undefined || app.ledger === undefined) return;
  const { code } = refusal as Fault;
  try {
    const named = code.startsWith('client-certificate-') && (await namedBy(app.principals, request));
    await app.ledger.append({
      kind: 'provision',
      recipient: 'public',
      unproven: code,
      door,
      channel: 'sign-in',
      method: request.method,
      certificates: [],
      provided: named ? { named } : {},
      count: 1,
    });
  } catch (error) {
    log('error', 'Refused credentials were not recorded', {
      request: request.id,
      refusal: code,
      ...errorFacts(error),
    });
  }
};

/** Undefined where no credentials came or nobody judged them: the service failed, or the page that asked was refused. */
const refusedDoor = ({ client, headers }: HttpHead, refusal: unknown): Door | undefined => {
  if (!Fault.is(refusal) || !UNPROVEN.has(refusal.code) || refusal.code === 'foreign-origin')
    return undefined;
  const isToken = headers.authorization !== undefined;
  if (client.certificate === undefined) return isToken ? 'token' : undefined;
  // With both, the fault says which was refused.
  return isToken && OF_TOKENS.has(refusal.code) ? 'token' : 'client-certificate';
};

const OF_TOKENS: ReadonlySet<string> = new Set(['token-invalid', 'token-expired', 'tls-required']);

const namedBy = (
  principals: App['principals'],
  { client }: HttpHead,
): Promise<string | undefined> | undefined => client.certificate && principals.namedBy(client.certificate);
