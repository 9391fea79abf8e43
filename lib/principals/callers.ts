import { Fault, type FaultCode } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import type { Clock, Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Issuers, OcspDeps, Register } from '../status/status.ts';
import type { EmbeddedIssuer, Principals, RemoteIssuer } from './contract.ts';
import { openPrincipals } from './credentials.ts';

/** Where bearer tokens come from: this service, somebody else, or both. */
export interface TokenIssuers {
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}

/** What the door needs to know callers by their certificates and tokens. */
export interface DoorDeps {
  readonly principals: readonly Principal[];
  /** The CA whose certificates principals show, as the trust domain has it: the directory of CAs is rows of the table. */
  readonly operationsCa: string;
  readonly issuers: Issuers;
  readonly register: Register;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Who signed an OCSP request: a principal by its certificate, looked at as at the door, and by a signature that holds.
 * `principals` is asked for at each request, because the door opens after the status room.
 */
export const requestorsBy =
  (principals: () => Principals | undefined): OcspDeps['requestorOf'] =>
  async ({ certificate, signatureAlgorithm, signatureValue, tbs }) => {
    const known = principals();
    if (!known) throw new Fault('try-later', 'The door of the service is not open yet.');
    try {
      const principal = await known.byCertificate(certificate.der);
      const { subjectPublicKeyInfo } = certificate;
      verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: tbs, signature: signatureValue });
      return principal;
    } catch (error) {
      if (!Fault.is(error) || !UNPROVEN.has(error.code)) throw error;
      const message = 'The signature of the OCSP request does not prove who asks.';
      throw new Fault('requestor-unauthorized', message, {}, { cause: error });
    }
  };

const UNPROVEN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'signature-invalid',
  'unsupported-algorithm',
]);

/** Wires the principals room to the status room. The ceremony must have been held. */
export const openDoor = async (deps: DoorDeps, tokens: TokenIssuers): Promise<Principals> => {
  const { issuers, register, clock, random } = deps;
  const principals = new Map<string, Principal>(
    deps.principals.map((principal) => [principal.id, principal]),
  );
  const operations = (await issuers.all()).filter(({ id }) => id === deps.operationsCa);

  const statusOf = async (ref: CertificateRef) => (await register.lookup(ref))?.value.state ?? 'unknown';

  return openPrincipals({
    find: async (id) => principals.get(id),
    operationsCas: operations.map(({ id, certificate }) => ({ ca: id, certificate: certificate.der })),
    statusOf,
    clock,
    random,
    ...tokens,
  });
};
