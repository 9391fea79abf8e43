import { MAX_PAGE, type Objects } from './contract.ts';

/** The keys of every object under the prefix, in byte order. The next page is read only when the caller asks for it. */
export async function* everyObject(objects: Pick<Objects, 'list'>, prefix: string): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page = await objects.list(prefix, { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) });
    yield* page.keys;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
