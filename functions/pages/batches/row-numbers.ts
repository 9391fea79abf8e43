import { MAX_LEFT_OUT } from '../../../lib/batches/batches.ts';

/** `3, 7-9`, as people write it with a Japanese keyboard too. Undefined where it cannot be read, or has too many. */
export const readRowNumbers = (text: string): readonly number[] | undefined => {
  const numbers = new Set<number>();
  const plain = text.normalize('NFKC').replaceAll(/\s*[-–~〜～－]\s*/g, '-');
  for (const part of plain.split(/[\s,、]+/).filter((one) => one !== '')) {
    const [, first = '', last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    const from = Number(first);
    const to = Number(last);
    if (from < 1 || to < from || to - from >= MAX_LEFT_OUT) return undefined;
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return numbers.size > MAX_LEFT_OUT ? undefined : [...numbers].sort((one, other) => one - other);
};
