import type { Json } from '../store/store.ts';
import { unregisteredIn } from './answers.ts';
import type { ProvisionDraft } from './contract.ts';
import { MAX_CERTIFICATES_PER_RECORD } from './rows.ts';

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/**
 * Cuts a provision that has an answer for each of its certificates (`provided.answers`) and names more certificates and
 * unregistered numbers than fit into one record. Each of the resulting records has some of the certificates with their answers
 * and reasons, or some of the numbers. The first also has the items that are neither (`provided.impossible`). No other provision is
 * cut.
 */
export const cut = (draft: ProvisionDraft): readonly ProvisionDraft[] => {
  const { certificates, provided } = draft;
  const { answers, reasons, impossible, unregistered: _, ...rest } = provided;
  const unregistered = unregisteredIn(provided);
  const numbers = unregistered?.serials ?? [];
  if (certificates.length + numbers.length <= MAX_CERTIFICATES_PER_RECORD || !isList(answers)) return [draft];
  const parts = [
    ...slices(certificates.length).map(([from, to]) => ({
      certificates: certificates.slice(from, to),
      provided: {
        ...rest,
        answers: answers.slice(from, to),
        ...(isList(reasons) && { reasons: reasons.slice(from, to) }),
      },
      count: Math.min(to, certificates.length) - from,
    })),
    ...slices(numbers.length).map(([from, to]) => {
      const serials = numbers.slice(from, to);
      const provided = { ...rest, answers: [], unregistered: unregistered && { ...unregistered, serials } };
      return { certificates: [], provided, count: serials.length };
    }),
  ];
  return parts.map((part, n): ProvisionDraft => {
    if (n > 0) return { ...draft, ...part };
    const others = draft.count - certificates.length - numbers.length;
    const told = { ...part.provided, ...(impossible !== undefined && { impossible }) };
    return { ...draft, ...part, provided: told, count: part.count + others };
  });
};

const slices = (length: number): readonly (readonly [from: number, to: number])[] =>
  Array.from({ length: Math.ceil(length / MAX_CERTIFICATES_PER_RECORD) }, (_, n) => [
    n * MAX_CERTIFICATES_PER_RECORD,
    (n + 1) * MAX_CERTIFICATES_PER_RECORD,
  ]);
