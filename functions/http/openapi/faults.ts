import type { FaultCode } from '../../../lib/fault.ts';
import { PROBLEMS } from '../problems.ts';
import type { RouteTerms } from '../route.ts';

/**
 * What every operation may answer: the stack checks the query and the body of each; a door may be too busy or on its way
 * out; and no part of the service answers without its stores, without a trust domain, or in more time than it has.
 */
const EVERYWHERE: readonly FaultCode[] = [
  'invalid-input',
  'method-not-allowed',
  'body-timeout',
  'body-too-large',
  'transfer-coding-unknown',
  'too-many-requests',
  'shutting-down',
  'store-unavailable',
  'table-behind',
  'authority-not-ready',
  'try-later',
  'internal',
];

/** A parameter that is empty, or has a slash too many, is the path of no operation. */
const WITH_PARAMETERS: readonly FaultCode[] = ['unknown-route'];

const WITH_BODY: readonly FaultCode[] = ['unsupported-media-type'];

const WITH_ROLES: readonly FaultCode[] = [
  'unauthenticated',
  'foreign-origin',
  'client-certificate-invalid',
  'client-certificate-expired',
  'client-certificate-revoked',
  'not-in-force',
  'forbidden',
];

const WITH_TOKENS: readonly FaultCode[] = ['token-invalid', 'token-expired', 'tls-required'];

interface Faults {
  /** The codes that callers see. */
  readonly all: readonly FaultCode[];
  /** Those that operations like it need not have. */
  readonly own: ReadonlySet<FaultCode>;
}

/** The rooms' faults, and those that the stack and the doors add to such a route. */
export const faultsOf = (route: RouteTerms): Faults => {
  const hasRoles = typeof route.access !== 'string';
  const ofStack = new Set([
    ...EVERYWHERE,
    ...(route.params ? WITH_PARAMETERS : []),
    ...(route.body ? WITH_BODY : []),
    ...(hasRoles ? WITH_ROLES : []),
    ...(hasRoles && !route.certificateOnly ? WITH_TOKENS : []),
  ]);
  // A failure of the service itself is shown as `internal`, which every operation has.
  const shown = route.faults.filter((code) => PROBLEMS[code].status !== 500);
  const own = new Set(shown.filter((code) => !ofStack.has(code)));
  if (!hasRoles && route.lane !== 'free' && !route.tryLater) own.add('rate-exceeded');
  // Where no door asks for credentials, the doors of AWS let only the CDN through (lambda/through-cdn.ts).
  if (!hasRoles) own.add('not-through-cdn');
  if (route.recorded && !route.tryLater) own.add('storage-low');
  // Without the codes of tokens, its answers to callers without a role are like those of no other operation.
  if (route.certificateOnly) for (const code of WITH_ROLES) own.add(code);
  return { all: [...new Set([...own, ...ofStack])], own };
};
