import type { Json } from '../store/store.ts';
import type { RecordDraft } from './contract.ts';
import { MAX_CERTIFICATES_PER_RECORD } from './rows.ts';

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/**
 * Cuts a provision that has an answer for each of its certificates (`provided.answers`) and names more certificates
 * than fit into one record. Each of the resulting records has some of the certificates with their answers and reasons.
 * The first also has the items that are no certificates (`provided.impossible`). No other draft is cut.
 */
export const cut = (draft: RecordDraft): readonly RecordDraft[] => {
  if (draft.kind !== 'provision') return [draft];
  const { certificates, provided } = draft;
  const { answers, reasons, impossible, ...rest } = provided;
  if (certificates.length <= MAX_CERTIFICATES_PER_RECORD || !isList(answers)) return [draft];
  const parts: RecordDraft[] = [];
  for (let from = 0; from < certificates.length; from += MAX_CERTIFICATES_PER_RECORD) {
    const to = from + MAX_CERTIFICATES_PER_RECORD;
    const part = certificates.slice(from, to);
    parts.push({
      ...draft,
      certificates: part,
      provided: {
        ...rest,
        answers: answers.slice(from, to),
        ...(isList(reasons) && { reasons: reasons.slice(from, to) }),
        ...(from === 0 && impossible !== undefined && { impossible }),
      },
      count: part.length + (from === 0 ? draft.count - certificates.length : 0),
    });
  }
  return parts;
};
