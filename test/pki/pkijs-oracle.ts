import * as asn1js from 'asn1js';

/* Inputs for which pkijs is no oracle, because it cannot read them or reads them wrongly. */

/** Whether asn1js reads the element and writes the same bytes. It parses inside our ANY, and refuses some contents. */
export const isReadable = (element: Uint8Array): boolean => {
  try {
    const { result, offset } = asn1js.fromBER(new Uint8Array(element).buffer);
    return offset === element.length && Buffer.compare(Buffer.from(result.toBER()), element) === 0;
  } catch {
    return false;
  }
};

/**
 * pkijs writes arcs that are no safe integers as hex in braces. This replaces them by the arcs that we read, so that
 * everything else can be compared.
 */
export const withReadableOids = <T>(theirs: T, ours: unknown): T => {
  if (typeof theirs === 'string') return (theirs.includes('{') ? ours : theirs) as T;
  if (typeof theirs !== 'object' || theirs === null || typeof ours !== 'object' || ours === null)
    return theirs;
  if (Array.isArray(theirs))
    return theirs.map((one, n) => withReadableOids(one, (ours as unknown[])[n])) as T;
  return Object.fromEntries(
    Object.entries(theirs).map(([name, value]) => [name, withReadableOids(value, Reflect.get(ours, name))]),
  ) as T;
};
