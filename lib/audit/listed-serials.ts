import { textIn } from '../members.ts';
import { entryDiffers, type ShownEntry, settled, shownBy, sinceOf, stateOf } from './acts.ts';
import { type CertificateFacts, type Issuance, NO_ACTS } from './certificate-facts.ts';
import type { Finding } from './contract.ts';
import type { Ended, PersonalDataCheck } from './personal-data.ts';

/** A serial number as the service lists it: from its status register, and from its rows of certificates. */
export interface ListedSerial {
  readonly serial: string;
  readonly state?: string | undefined;
  /** RFC 3339. */
  readonly notAfter?: string | undefined;
  /** Present where it is revoked or on hold; times in RFC 3339. */
  readonly revocationTime?: string | undefined;
  readonly reason?: string | undefined;
  readonly invalidityDate?: string | undefined;
  /** Absent where no row of a certificate has it. */
  readonly order?: string | undefined;
  readonly profile?: string | undefined;
  readonly office?: string | undefined;
  readonly holder?: string | undefined;
  readonly issuedTo?: string | undefined;
  readonly tbsDigest?: string | undefined;
  /** Digest of the certificate; absent while it is not signed. */
  readonly digest?: string | undefined;
  /** The addresses in the cRLDistributionPoints of the certificate; absent where it has none. */
  readonly crlAddresses?: readonly string[] | undefined;
  /** Names of the facts in which its row and the certificate itself differ. */
  readonly differs?: readonly string[] | undefined;
  /** In place of the digests, where the certificate's data have ended or cannot be read (the code of a fault). */
  readonly ended?: Ended | undefined;
  readonly unreadable?: string | undefined;
}

/** A certificate is signed right after its issuance was recorded, and later while the key store does not answer. */
const UNSIGNED_MS = 3_600_000;

/** Compares a listed serial number with what the records say. Undefined where they agree. */
export const serialFinding = (
  certificate: string,
  listed: ListedSerial,
  { issuance, acts: recordedActs = NO_ACTS }: CertificateFacts,
  {
    now,
    retention,
    personalData,
  }: {
    readonly now: number;
    readonly retention: number;
    readonly personalData: Pick<PersonalDataCheck, 'proof'>;
  },
): Finding | undefined => {
  const { state, notAfter, order, digest } = listed;
  const acts = settled(recordedActs);
  if (!issuance) {
    const isOver = notAfter !== undefined && now - Date.parse(notAfter) > retention;
    return isOver ? undefined : { damage: 'serial-without-leaf', facts: { certificate } };
  }
  const { record } = issuance;
  if (state === undefined) {
    return { damage: 'certificate-missing', facts: { certificate, record, from: 'status' } };
  }
  if (order === undefined) {
    return { damage: 'certificate-missing', facts: { certificate, record, from: 'certificates' } };
  }
  const altered = alteredFacts(listed, issuance);
  if (altered) return { damage: 'certificate-altered', facts: { certificate, record, ...altered } };
  const missing = missingFacts(listed, issuance, personalData);
  if (missing) return { damage: 'personal-data-missing', facts: { certificate, record, ...missing } };
  if (!isWithoutData(listed) && digest === undefined && now - issuance.time > UNSIGNED_MS) {
    return { damage: 'certificate-unsigned', facts: { certificate, record } };
  }
  if (Date.parse(notAfter ?? '') !== issuance.notAfter) {
    const facts = { certificate, state, ...(notAfter !== undefined && { notAfter }) };
    return { damage: 'status-differs', facts };
  }
  // The list may or may not show acts that are newer than the checkpoint.
  if (acts.some(({ newer }) => newer)) return undefined;
  const recorded = stateOf(acts);
  if (state === recorded) {
    const differs =
      state === 'good' ? undefined : entryDiffers(shownOf(listed), shownBy(acts, [KIND_OF[recorded]]));
    return differs && { damage: 'status-differs', facts: { certificate, state, ...differs } };
  }
  const isRevoked = state === 'revoked' || state === 'hold';
  return isRevoked && sinceOf(acts) === undefined
    ? { damage: 'revocation-without-leaf', facts: { certificate, state } }
    : { damage: 'status-differs', facts: { certificate, state, recorded } };
};

const isWithoutData = ({ ended, unreadable }: ListedSerial): boolean =>
  ended !== undefined || unreadable !== undefined;

/** Undefined where the data are there, or an act ended them. */
const missingFacts = (
  { ended, unreadable }: ListedSerial,
  issuance: Issuance,
  personalData: Pick<PersonalDataCheck, 'proof'>,
): Readonly<Record<string, string>> | undefined => {
  if (unreadable !== undefined) return { error: unreadable };
  if (ended === undefined || personalData.proof(ended, issuance)) return undefined;
  const { key, record } = ended;
  return { ...(key !== undefined && { key }), ...(record !== undefined && { order: record }) };
};

/** Facts in which the certificate's row and its issuance differ; undefined where they agree. */
const alteredFacts = (
  listed: ListedSerial,
  issuance: Issuance,
): Readonly<Record<string, string>> | undefined => {
  if (!isWithoutData(listed) && listed.tbsDigest !== issuance.tbsDigest) return {};
  const { differs = [] } = listed;
  const facts: Record<string, string> = differs.length > 0 ? { differs: differs.join(' ') } : {};
  for (const name of ['order', 'profile', 'office', 'holder', 'issuedTo'] as const) {
    if (listed[name] === issuance[name]) continue;
    facts[name] = listed[name] ?? 'none';
    facts[`${name} recorded`] = textIn(issuance[name]) ?? 'none';
  }
  return Object.keys(facts).length > 0 ? facts : undefined;
};

const KIND_OF = { good: 'release', hold: 'hold', revoked: 'revocation' } as const;

const timeOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

const shownOf = ({ revocationTime, reason, invalidityDate }: ListedSerial): ShownEntry => ({
  revocationTime: timeOf(revocationTime),
  reason,
  invalidityDate: timeOf(invalidityDate),
});
