import { type Bucket, MAX_PAGE } from '../../store/store.ts';
import { archiveKey, numberOfKey } from './archive.ts';

/**
 * The numbers of the CRLs in the archive, found without a row. A block is the thousand numbers that share all but their last
 * three digits. A number is reserved at most `MAX_AHEAD` above the newest one in the archive (rows.ts), so from the first
 * block to the newest no block is empty. So the newest block is found by doubling and halving: a list with a hundred thousand
 * CRLs costs some fifteen listings. It costs two where `hint` lies in the newest block. The hint need not be
 * true: one too low costs more listings, and one in an empty block counts for nothing.
 */
const BLOCK = 1000;
const DIGITS_IN_BLOCK = 3;

/** Newest first, of the list with that id. */
export const archivedNumbers = async function* (
  bucket: Pick<Bucket, 'list'>,
  list: string,
  hint: number,
): AsyncGenerator<number, void> {
  const listed = new Map<number, Promise<readonly number[]>>();
  const numbersOf = (block: number): Promise<readonly number[]> => {
    const known = listed.get(block) ?? listBlock(bucket, list, block);
    listed.set(block, known);
    return known;
  };
  const isTaken = async (block: number): Promise<boolean> => (await numbersOf(block)).length > 0;

  const hinted = Number.isSafeInteger(hint) && hint > 0 ? Math.floor(hint / BLOCK) : 0;
  let taken = (await isTaken(hinted)) ? hinted : 0;
  let free = taken + 1;
  while (await isTaken(free)) [taken, free] = [free, free + 2 * (free - taken)];
  while (free - taken > 1) {
    const between = Math.floor((taken + free) / 2);
    if (await isTaken(between)) taken = between;
    else free = between;
  }
  for (let block = taken; block >= 0; block--) yield* (await numbersOf(block)).toReversed();
};

/** The newest number; 0 where the archive is empty. */
export const newestArchived = async (
  bucket: Pick<Bucket, 'list'>,
  list: string,
  hint: number,
): Promise<number> => {
  for await (const number of archivedNumbers(bucket, list, hint)) return number;
  return 0;
};

export const isArchived = async (
  bucket: Pick<Bucket, 'list'>,
  list: string,
  number: number,
): Promise<boolean> => {
  if (!Number.isSafeInteger(number) || number < 1) return false;
  const key = archiveKey(list, number);
  return (await bucket.list(key, { limit: 1 })).keys[0] === key;
};

/** Ascending. */
const listBlock = async (
  bucket: Pick<Bucket, 'list'>,
  list: string,
  block: number,
): Promise<readonly number[]> => {
  const prefix = archiveKey(list, block * BLOCK).slice(0, -(DIGITS_IN_BLOCK + '.crl'.length));
  const numbers: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list(prefix, { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) });
    for (const key of page.keys) {
      const number = numberOfKey(list, key);
      if (number !== undefined) numbers.push(number);
    }
    ({ cursor } = page);
  } while (cursor !== undefined);
  return numbers;
};
