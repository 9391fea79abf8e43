/** This many rows are read together. */
const AT_ONCE = 50;

/** The items in parts, the last of which may be shorter. */
export const inParts = async function* <T>(
  items: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<readonly T[], void, void> {
  let part: T[] = [];
  for await (const item of items) {
    if (part.push(item) < AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
};
