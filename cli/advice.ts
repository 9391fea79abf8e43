/** What a person at the command line can do about a fault of the service. The service's own message says the rest. */
const ADVICE: Readonly<Record<string, string>> = {
  unauthenticated: 'Say who calls: --as PRINCIPAL, or --token TOKEN (AKASHI_TOKEN).',
  'token-invalid': 'Get another token: akashi token --as PRINCIPAL.',
  'token-expired': 'Get another token: akashi token --as PRINCIPAL.',
  'tls-required': 'Call with --as PRINCIPAL, or name an https address with --url.',
  'client-certificate-revoked': 'Ask an operator for new credentials.',
  forbidden: 'Call as a principal whose role may do this.',
  'same-person': 'Call with --as another person than those who submitted, proposed or examined before.',
  'amendment-pending': 'See which one waits: akashi trust-domain show.',
  'amendment-closed': 'See how far it is: akashi trust-domain show ID.',
  'unknown-amendment': 'See the amendments: akashi trust-domain show.',
  'not-issued': 'See how far the request is: akashi show REQUEST.',
  'wrong-state': 'See how far the request is: akashi show REQUEST.',
  'unknown-profile': 'Ask the operator which profiles the office may use.',
  'idempotency-key-reused': 'Leave --idempotency-key out to submit something new.',
  'cursor-invalid': 'Repeat the query that gave the cursor, or start without --cursor.',
  'unknown-authority': 'See the authorities: akashi authorities.',
  'unknown-crl': 'An operator can publish one: akashi publish CA.',
  'too-many-requests': 'Try again in a few seconds.',
  'try-later': 'Try again in a few seconds.',
  'store-unavailable': 'Try again in a few seconds.',
};

export const adviceFor = (code: string): string | undefined => ADVICE[code];
