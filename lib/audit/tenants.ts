import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, textIn } from '../members.ts';
import { nameOf } from './certificate-names.ts';
import type { Finding, RecordObserver, Report } from './contract.ts';

/**
 * Checks that each record names the tenant that its subject belongs to. An office belongs to the tenant that the acts on it
 * name, and a certificate to that of its issuance. Without it a tenant's auditor would not see the record, and with another one
 * the wrong auditor would.
 */
export interface TenantCheck extends RecordObserver {
  /** Before the records: the issuances and the acts of enrolment that are among them. */
  expect(record: LedgerRecord): void;
  conclude(): void;
}

/** Acts on requests and certificates. Acts of other kinds have an office for other reasons, or none. */
const ABOUT_AN_OFFICE: ReadonlySet<string> = new Set([
  'submission',
  'batch',
  'examination',
  'issuance',
  'revocation',
  'hold',
  'release',
  'confirmation',
]);

/** Answers about the status or the contents of their certificates. Others may name a certificate that was only asked for. */
const ABOUT_CERTIFICATES: ReadonlySet<string> = new Set(['ocsp', 'certificate', 'status']);

/** What a record is about, and whose that is. */
interface Subject {
  readonly tenant: string | undefined;
  readonly of: string;
}

/** The office or the principal of an act on it. Undefined where the act does not say whose it is. */
const enrolledIn = (record: ActRecord): Subject | undefined => {
  const { subject, id, state, proposed, prepared } = membersIn(record.details);
  const states = [state, membersIn(proposed).state, membersIn(prepared).state];
  const shown = states.find((one) => one !== undefined);
  if (shown === undefined) return undefined;
  return { tenant: textIn(membersIn(shown).tenant), of: `${textIn(subject)} ${textIn(id)}` };
};

export const openTenantCheck = ({ report }: { readonly report: Report }): TenantCheck => {
  const offices = new Map<string, string>();
  /** By certificate; undefined for one of no tenant. */
  const certificates = new Map<string, string | undefined>();
  const findings = new Map<
    string,
    { readonly damage: Finding['damage']; readonly facts: Finding['facts'] }
  >();

  const learn = (record: LedgerRecord): void => {
    const { office, tenant } = record;
    if (record.kind === 'enrolment') {
      const { of = '', tenant: own } = enrolledIn(record) ?? {};
      if (own !== undefined && of.startsWith('office ')) offices.set(of.slice('office '.length), own);
    }
    if (record.kind !== 'issuance') return;
    for (const ref of record.certificates ?? []) certificates.set(nameOf(ref), tenant);
    // There are no acts on an office of the trust domain's file: its first certificate says whose it is.
    if (office !== undefined && tenant !== undefined && !offices.has(office)) offices.set(office, tenant);
  };

  const subjectsOf = function* (record: LedgerRecord): Generator<Subject> {
    if (record.kind === 'enrolment') {
      const subject = enrolledIn(record);
      if (subject) yield subject;
      return;
    }
    const isAct = record.kind !== 'provision';
    if (isAct ? !ABOUT_AN_OFFICE.has(record.kind) : !ABOUT_CERTIFICATES.has(record.channel)) return;
    const { office } = record;
    const ofOffice = office === undefined ? undefined : offices.get(office);
    if (isAct && ofOffice !== undefined) yield { tenant: ofOffice, of: `office ${office}` };
    if (record.kind === 'issuance') return;
    for (const ref of record.certificates ?? []) {
      const name = nameOf(ref);
      const tenant = certificates.get(name);
      // Each tenant may be told of a certificate that belongs to no tenant.
      if (certificates.has(name) && (isAct || tenant !== undefined)) yield { tenant, of: name };
    }
  };

  const judge = (record: LedgerRecord): void => {
    const { id, kind, tenant } = record;
    for (const subject of subjectsOf(record)) {
      if (subject.tenant === tenant) continue;
      const damage = tenant === undefined ? 'tenant-missing' : 'tenant-differs';
      const named = tenant === undefined ? {} : { tenant };
      const facts = { record: id, kind, ...named, of: subject.of, belongs: subject.tenant ?? 'none' };
      findings.set(id, { damage, facts });
      return;
    }
  };

  return {
    expect: learn,

    observe: (record) => {
      learn(record);
      judge(record);
    },

    retract: ({ id }) => {
      findings.delete(id);
    },

    conclude: () => {
      for (const { damage, facts } of findings.values()) report(damage, facts);
    },
  };
};
