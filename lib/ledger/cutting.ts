import type { Json } from '../store/store.ts';
import type { RecordDraft } from './contract.ts';
import { MAX_CERTIFICATES_PER_RECORD } from './rows.ts';

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/**
 * Cuts a provision that has an answer for each of its certificates (`provided.answers`) and names more certificates
 * than fit into one record. Each of the resulting records has some of the certificates with their answers. No other
 * draft is cut.
 */
export const cut = (draft: RecordDraft): readonly RecordDraft[] => {
  if (draft.kind !== 'provision') return [draft];
  const { certificates, provided } = draft;
  const { answers } = provided;
  if (certificates.length <= MAX_CERTIFICATES_PER_RECORD || !isList(answers)) return [draft];
  const parts: RecordDraft[] = [];
  for (let from = 0; from < certificates.length; from += MAX_CERTIFICATES_PER_RECORD) {
    const to = from + MAX_CERTIFICATES_PER_RECORD;
    const part = certificates.slice(from, to);
    parts.push({
      ...draft,
      certificates: part,
      provided: { ...provided, answers: answers.slice(from, to) },
      count: part.length,
    });
  }
  return parts;
};
