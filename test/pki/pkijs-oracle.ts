import * as asn1js from 'asn1js';

/* Where pkijs is no oracle: what it cannot read, or reads as something else. */

/** Whether asn1js reads the element and writes the same bytes: it looks into what is ANY to us, and refuses what it finds. */
export const isReadable = (element: Uint8Array): boolean => {
  try {
    const { result, offset } = asn1js.fromBER(new Uint8Array(element).buffer);
    return offset === element.length && Buffer.compare(Buffer.from(result.toBER()), element) === 0;
  } catch {
    return false;
  }
};

/**
 * pkijs writes arcs that are no safe integers in braces, as hex: where it does, what we read stands in their place, so
 * that everything else can be compared.
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
