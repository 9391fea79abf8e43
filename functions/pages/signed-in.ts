import type { App } from '../../lib/app.ts';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Principal, Role } from '../../lib/principal.ts';
import type { KnownBy, OpenSession } from '../../lib/principals/principals.ts';
import type { Reader } from '../../web/reader.ts';
import { isFromHere } from '../http/authenticate.ts';
import type { HttpHead, HttpRequest } from '../http/http.ts';
import { cookieIn } from './cookies.ts';

/* Who has signed in, and what every page asks of its visitors. */

export const SESSION = '__Host-akashi-session';

/** Faults that say that nobody has signed in, or not any more. */
const SIGNED_OUT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unauthenticated',
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'not-in-force',
]);

/** Whether the session, and nothing later, was refused. */
export const isSignedOut = ({ principal }: Reader, error: unknown): error is Fault =>
  principal === undefined && Fault.is(error) && SIGNED_OUT.has(error.code);

/** Beyond this machine nobody can tell whether a page that came without TLS is ours. Fault: `tls-required`. */
export const assertSecure = (request: HttpRequest): void => {
  if (request.client.tls || isFromHere(request)) return;
  throw new Fault('tls-required', 'Pages are shown over HTTPS only; open the same address with https://.');
};

/** Who has signed in. Where the connection has a client certificate, it is that person's. */
export const opened = async (
  { principals, sessions }: Pick<App, 'principals' | 'sessions'>,
  { headers, client }: HttpHead,
  by: KnownBy,
): Promise<OpenSession> => {
  const session = cookieIn(headers.cookie, SESSION);
  if (session === undefined) throw new Fault('unauthenticated', 'You are not signed in.');
  const open = await sessions.open(session, by);
  if (client.certificate === undefined && sessions.needCertificate)
    throw new Fault('unauthenticated', 'Show your client certificate; a session alone is not enough here.');
  if (client.certificate && (await principals.namedBy(client.certificate)) !== open.principal.id)
    throw new Fault(
      'unauthenticated',
      'The session and the client certificate of this browser are of different persons; sign in again.',
    );
  return open;
};

export const assertRole = (roles: readonly Role[] | 'all', { role }: Principal): void => {
  if (roles === 'all' || roles.includes(role)) return;
  throw new Fault('forbidden', 'This page is not for your role.', {
    role,
    roles,
  });
};
