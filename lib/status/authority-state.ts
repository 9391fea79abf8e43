import { Fault } from '../fault.ts';
import { type Certificate, rfc3339 } from '../pki/pki.ts';
import type { Clock } from '../ports.ts';
import type { Item, Table } from '../store/store.ts';
import type { AuthorityState, CrlState, ResponderState, Status } from './contract.ts';
import { type CrlList, listsOf } from './crl-lists.ts';
import { recentCrlAlarms } from './crls/alarms.ts';
import { isCurrentCrl, isRow, isTime } from './crls/forms.ts';
import { awaitsUrgent, type CurrentRow, readCurrentCrl } from './crls/rows.ts';
import type { Issuer, Issuers } from './issuers.ts';
import { crlFloor, responderFloor } from './lateness.ts';
import { type Register, withMembers } from './register.ts';
import { type ResponderRow, responderCertificate, responderKey } from './responder-rows.ts';

/*
 * How a CA stands, for those who look after it. It is read from the rows from which the gauges are made, so no key is opened and
 * no CRL is read. A row proves nothing: relying parties go by what is signed.
 */

interface Deps {
  readonly table: Table;
  readonly issuers: Pick<Issuers, 'knownTo'>;
  readonly register: Pick<Register, 'lookup'>;
  readonly clock: Clock;
}

const timeText = (seconds: number): string => rfc3339(new Date(seconds * 1000));

const endOf = ({ certificate }: Pick<Issuer, 'certificate'>): number => certificate.notAfter.getTime() / 1000;

type CrlTimes = Pick<CurrentRow, 'madeAt' | 'nextUpdate'>;

/** Whether the CA makes another one: a stopped CA signs one last CRL, and none after its end. */
const isFollowed = (issuer: Issuer, { nextUpdate }: CrlTimes, now: number): boolean =>
  now < endOf(issuer) && !(issuer.stopped && nextUpdate >= endOf(issuer));

/** When the next one is made, in Unix seconds; undefined where none follows. */
const nextCrl = (issuer: Issuer, times: CrlTimes, isUrgent: boolean, now: number): number | undefined => {
  if (!isFollowed(issuer, times, now)) return undefined;
  const due = times.madeAt + issuer.crl.interval;
  if (isUrgent || issuer.stopped) return Math.min(now, due);
  return due < endOf(issuer) ? due : undefined;
};

const crlStateOf = (
  { crl }: Issuer,
  { madeAt, nextUpdate }: CrlTimes,
  due: number | undefined,
  now: number,
): CrlState['state'] => {
  if (now >= nextUpdate) return 'ended';
  if (due === undefined) return 'last';
  // Its own nextUpdate may be sooner: no CRL holds beyond the CA's end.
  if (madeAt + crl.nextUpdate - now < crlFloor(crl)) return 'late';
  return now >= due ? 'due' : 'current';
};

/** Somebody may have put a row of another form. */
const isWhole = (row: Partial<CurrentRow>): row is CurrentRow =>
  isCurrentCrl(row) && isTime(row.nextUpdate) && isTime(row.madeAt);

const crlState = async (
  { table }: Pick<Deps, 'table'>,
  { id, partition, issuer }: CrlList,
  now: number,
): Promise<CrlState> => {
  const row = (await readCurrentCrl(table, id))?.value;
  if (row === undefined) return { partition, state: 'missing' };
  if (!isWhole(row)) return { partition, state: 'damaged' };
  const isUrgent = isFollowed(issuer, row, now) && (await awaitsUrgent(table, id, row));
  const due = nextCrl(issuer, row, isUrgent, now);
  const { number, entries, madeAt, thisUpdate, nextUpdate } = row;
  return {
    partition,
    state: crlStateOf(issuer, row, due, now),
    number,
    madeAt: timeText(madeAt),
    thisUpdate: timeText(thisUpdate),
    nextUpdate: timeText(nextUpdate),
    ...(Number.isSafeInteger(entries) && { entries: Number(entries) }),
    ...(due !== undefined && { due: timeText(due) }),
    ...(isUrgent && { urgent: true }),
  };
};

/** The status of a certificate as the register has it. */
const statusOf = async (
  { register }: Pick<Deps, 'register'>,
  ca: string,
  { serialNumber: serial, notAfter }: Certificate,
  now: number,
): Promise<Pick<AuthorityState['certificate'], 'status' | 'revocation'>> => {
  const row = (await register.lookup({ ca, serial }))?.value;
  // The second named by notAfter still belongs to the validity (RFC 5280 4.1.2.5).
  if (row?.state === 'good') return { status: now > notAfter.getTime() / 1000 ? 'expired' : 'good' };
  if (row?.state !== 'revoked' && row?.state !== 'hold') return { status: 'unknown' };
  const { state } = row;
  if (!isRow(row)) return { status: state };
  const { revocationTime, reason, invalidityDate } = row;
  const revocation = {
    status: state,
    revocationTime: timeText(revocationTime),
    reason,
    ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
  };
  return { status: state, revocation };
};

const validityOf = ({ notBefore, notAfter }: Certificate) => ({
  notBefore: rfc3339(notBefore),
  notAfter: rfc3339(notAfter),
});

/** Undefined where the row has no certificate that can be read. */
const readableCertificate = (item: Item<ResponderRow>): Certificate | undefined => {
  const row = withMembers(item);
  if (typeof row.value.certificate !== 'string') return undefined;
  try {
    return responderCertificate(row);
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

/** Whether no other responder follows it: a stopped CA certifies none, and one that ends with its CA is not renewed. */
const isLastResponder = ({ stopped, certificate }: Issuer, { notAfter }: Certificate): boolean =>
  stopped || notAfter >= certificate.notAfter;

const responderState = async (
  deps: Pick<Deps, 'table' | 'register'>,
  issuer: Issuer,
  algorithm: string,
  now: number,
): Promise<ResponderState> => {
  const item = await deps.table.get<ResponderRow>(responderKey(issuer.id, algorithm));
  if (item === undefined) return { algorithm, state: 'missing' };
  const certificate = readableCertificate(item);
  if (certificate === undefined) return { algorithm, state: 'damaged' };
  const { status, revocation } = await statusOf(deps, issuer.id, certificate, now);
  const [from, until] = [certificate.notBefore.getTime() / 1000, certificate.notAfter.getTime() / 1000];
  const half = (from + until) / 2;
  const isLast = isLastResponder(issuer, certificate);
  const stateNow = (): ResponderState['state'] => {
    if (status === 'revoked' || status === 'hold') return 'revoked';
    if (status === 'unknown') return 'unregistered';
    if (now > until) return 'ended';
    if (isLast) return 'last';
    if (until - now < responderFloor(until - from)) return 'late';
    return now >= half ? 'due' : 'current';
  };
  return {
    algorithm,
    state: stateNow(),
    serial: certificate.serialNumber,
    ...validityOf(certificate),
    ...(!isLast && { due: timeText(Math.ceil(half)) }),
    ...(revocation && { revocation }),
  };
};

export const openAuthorityState =
  (deps: Deps): Status['authorityState'] =>
  async (actor, ca) => {
    const issuer = await deps.issuers.knownTo(actor, ca);
    const { tenant, stopped, certificate, ocsp } = issuer;
    const at = deps.clock();
    const now = at / 1000;
    const [own, crls, responders, findings] = await Promise.all([
      statusOf(deps, ca, certificate, now),
      Promise.all(listsOf(issuer).map((list) => crlState(deps, list, now))),
      Promise.all(ocsp.algorithms.map((algorithm) => responderState(deps, issuer, algorithm, now))),
      recentCrlAlarms(deps.table, at, ca),
    ]);
    return {
      ca,
      ...(tenant !== undefined && { tenant }),
      stopped,
      certificate: { serial: certificate.serialNumber, ...validityOf(certificate), ...own },
      crls,
      responders,
      findings,
    };
  };
