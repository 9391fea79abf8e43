import type { CertificateRef } from '../principal.ts';
import type { Json } from '../store/store.ts';
import { type Unregistered, unregisteredIn } from './answers.ts';
import type { ProvisionDraft } from './contract.ts';
import { divide } from './dividing.ts';
import { MAX_CERTIFICATES_PER_RECORD } from './rows.ts';

/** The part of what an answer is about that fits into one record. */
interface Part {
  readonly certificates: readonly CertificateRef[];
  readonly unregistered?: Unregistered;
  /** The place of its first item. */
  readonly from: number;
}

/** At least one part: first the certificates, then the numbers. */
export const partsOf = (
  certificates: readonly CertificateRef[],
  unregistered: Unregistered | undefined,
): readonly Part[] => {
  const { serials = [] } = unregistered ?? {};
  const part = (from: number): Part => {
    const to = from + MAX_CERTIFICATES_PER_RECORD;
    const some = serials.slice(
      Math.max(0, from - certificates.length),
      Math.max(0, to - certificates.length),
    );
    return {
      certificates: certificates.slice(from, to),
      ...(unregistered && some.length > 0 && { unregistered: { ...unregistered, serials: some } }),
      from,
    };
  };
  const parts = Math.ceil((certificates.length + serials.length) / MAX_CERTIFICATES_PER_RECORD);
  return Array.from({ length: Math.max(1, parts) }, (_, n) => part(n * MAX_CERTIFICATES_PER_RECORD));
};

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The records of one answer: for each tenant, and for as much as fits into one record. */
export const cut = (draft: ProvisionDraft): readonly ProvisionDraft[] => divide(draft).flatMap(cutBySize);

/**
 * Cuts a provision that has an answer for each of its certificates (`provided.answers`) and names more certificates and
 * unregistered numbers than fit into one record. Each of the resulting records has some of the certificates with their answers
 * and reasons, and some of the numbers. The first also has the items that are neither (`provided.impossible`). No other provision
 * is cut.
 */
const cutBySize = (draft: ProvisionDraft): readonly ProvisionDraft[] => {
  const { certificates: all, provided } = draft;
  const { answers, reasons, impossible, unregistered: _, ...rest } = provided;
  const parts = partsOf(all, unregisteredIn(provided));
  if (parts.length === 1 || !isList(answers)) return [draft];
  const sizes = parts.map(
    ({ certificates, unregistered }) => certificates.length + (unregistered?.serials.length ?? 0),
  );
  const others = draft.count - sizes.reduce((sum, size) => sum + size, 0);
  return parts.map(({ certificates, unregistered, from }, n) => ({
    ...draft,
    certificates,
    provided: {
      ...rest,
      answers: answers.slice(from, from + certificates.length),
      ...(isList(reasons) && { reasons: reasons.slice(from, from + certificates.length) }),
      ...(unregistered && { unregistered }),
      ...(n === 0 && impossible !== undefined && { impossible }),
    },
    count: (sizes[n] as number) + (n === 0 ? others : 0),
  }));
};
