import { membersIn, textIn, textsIn } from '../members.ts';
import { certificateOf } from './certificate-names.ts';
import type { RecordObserver, Report } from './contract.ts';

interface PrincipalIssuance {
  readonly record: string;
  readonly certificate: string;
  readonly principal: unknown;
  readonly publicKeyDigest: unknown;
  /** Empty where the issuance names no ceremony, as in the demonstration. */
  readonly basis: readonly (string | undefined)[];
}

/**
 * Checks that a ceremony, or an enrolment, named the key of each principal's certificate. The issuance names these records
 * (`basis`): that of a ceremony has the principal with its key (`credentials`), that of an enrolment confirms the key. An issuance without a ceremony is the
 * demonstration's: no record of a ceremony has keys of principals there.
 */
export interface PrincipalKeyCheck extends RecordObserver {
  conclude(): void;
}

export const openPrincipalKeyCheck = ({ report }: { readonly report: Report }): PrincipalKeyCheck => {
  const issuances: PrincipalIssuance[] = [];
  /** The keys that ceremonies named, by the ids of their records. */
  const named = new Map<string, ReadonlySet<string>>();
  /** Ceremonies after which no principal's key is certified without one. */
  const exclusive = new Set<string>();
  /** Records that were lost, and those of enrolments whose time is over: they may have named the key. */
  const gone = new Set<string>();

  return {
    observe: (record) => {
      if (record.kind === 'issuance' && record.office === undefined) {
        const { order, keyHolder, publicKeyDigest, basis } = record.details;
        // The other certificates of the service itself are held by their orders.
        if (keyHolder === undefined || keyHolder === order) return;
        issuances.push({
          record: record.id,
          certificate: certificateOf(record),
          principal: keyHolder,
          publicKeyDigest,
          basis: textsIn(basis),
        });
      } else if (record.kind === 'ceremony' || record.kind === 'trust-domain') {
        const { step, credentials } = record.details;
        if (!Array.isArray(credentials)) return;
        named.set(record.id, new Set(credentials.map(keyText)));
        // A ceremony that only enrolled an operator says nothing of the principals of the file.
        const isOfFile = record.details.operator === undefined || credentials.length > 0;
        if (isOfFile && (step === 'first' || step === 'held')) exclusive.add(record.id);
      } else if (record.kind === 'enrolment' && record.details.act === 'enrolled') {
        const { id, state } = record.details;
        const { publicKeyDigest } = membersIn(membersIn(state).key);
        named.set(record.id, new Set([keyText({ principal: id, publicKeyDigest })]));
      }
    },

    retract: ({ id, kind, expired, lost }) => {
      if (lost || (expired && kind === 'enrolment')) gone.add(id);
      named.delete(id);
      exclusive.delete(id);
      const at = issuances.findIndex(({ record }) => record === id);
      if (at !== -1) issuances.splice(at, 1);
    },

    conclude: () => {
      for (const { basis, record, certificate, ...key } of issuances) {
        const isNamed =
          basis.length === 0
            ? exclusive.size === 0
            : basis.every(
                (id) => id !== undefined && (gone.has(id) || named.get(id)?.has(keyText(key)) === true),
              );
        if (!isNamed) report('principal-key-not-recorded', { certificate, record });
      }
    },
  };
};

const keyText = (key: unknown): string => {
  const { principal, publicKeyDigest } = membersIn(key);
  return `${textIn(principal) ?? ''} ${textIn(publicKeyDigest) ?? ''}`;
};
