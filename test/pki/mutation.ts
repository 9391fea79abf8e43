import fc from 'fast-check';
import { Fault } from '../../lib/fault.ts';

/** The value of `decode`, or undefined if it throws a Fault. Any other error passes through and fails the test. */
export const valueOrFault = <T>(decode: () => T): T | undefined => {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

const splice = (bytes: Uint8Array, at: number, remove: number, ...insert: readonly Uint8Array[]) =>
  Buffer.concat([bytes.subarray(0, at), ...insert, bytes.subarray(at + remove)]);

/** Bytes flipped, cut, inserted or duplicated, one to three times, without regard to structure. */
const roughly = (seed: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const edit = fc.record({
    kind: fc.constantFrom('flip', 'cut', 'insert', 'duplicate'),
    at: fc.nat(seed.length - 1),
    bit: fc.nat(7),
    length: fc.integer({ min: 1, max: 40 }),
    octets: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) =>
    edits.reduce<Uint8Array>((bytes, { kind, at, bit, length, octets }) => {
      if (kind === 'cut') return splice(bytes, at, length);
      if (kind === 'insert') return splice(bytes, at, 0, octets);
      if (kind === 'duplicate') return splice(bytes, at, 0, bytes.subarray(at, at + length));
      return splice(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << bit)));
    }, seed),
  );
};

/* Changes of elements: the lengths around a changed element stay right, so that the change reaches the deeper checks. */

interface Element {
  tag: number;
  content: Uint8Array | Element[];
}

const parse = (bytes: Uint8Array): Element[] => {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const first = bytes[at + 1] as number;
    const count = first < 0x80 ? 0 : first & 0x7f;
    const length = count === 0 ? first : Buffer.from(bytes).readUIntBE(at + 2, count);
    const start = at + 2 + count;
    const content = bytes.subarray(start, start + length);
    elements.push({ tag, content: tag & 0x20 ? parse(content) : content });
    at = start + length;
  }
  return elements;
};

const write = ({ tag, content }: Element): Buffer => {
  const body = content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat(content.map(write));
  const length = body.length;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...header), body]);
};

const families = (element: Element): Element[][] =>
  element.content instanceof Uint8Array ? [] : [element.content, ...element.content.flatMap(families)];

const structurally = (seed: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      kind: fc.constantFrom('drop', 'duplicate', 'swap', 'retag', 'octet', 'empty', 'grow'),
      family: fc.nat(),
      member: fc.nat(),
      value: fc.nat(255),
      at: fc.nat(),
    })
    .map(({ kind, family, member, value, at }) => {
      const [root] = parse(seed) as [Element];
      const all = families(root).filter((siblings) => siblings.length > 0);
      const siblings = all[family % all.length] as Element[];
      const index = member % siblings.length;
      const chosen = siblings[index] as Element;
      if (kind === 'drop') siblings.splice(index, 1);
      else if (kind === 'duplicate') siblings.splice(index, 0, chosen);
      else if (kind === 'swap') siblings.push(...siblings.splice(index, 1));
      else if (kind === 'retag') chosen.tag = value;
      else if (kind === 'empty') chosen.content = [];
      else if (chosen.content instanceof Uint8Array) {
        const octets = Buffer.from(chosen.content);
        if (kind === 'octet' && octets.length > 0) octets[at % octets.length] = value;
        chosen.content = kind === 'grow' ? Buffer.concat([Uint8Array.of(value), octets]) : octets;
      }
      return write(root);
    });

/** One of the real structures in `seeds`, damaged. */
export const mutated = (seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.constantFrom(...seeds).chain((seed) => fc.oneof(roughly(seed), structurally(seed)));
