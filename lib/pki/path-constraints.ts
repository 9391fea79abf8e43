import { phrase } from '../fault.ts';
import { constructed, malformedDer, type Oid, primitive, TAG } from './der.ts';
import { DerReader } from './der-reader.ts';
import { readList } from './extension-fields.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';

/*
 * The extensions by which a CA restricts the paths below it (RFC 5280 4.2.1.5, 4.2.1.10, 4.2.1.11, 4.2.1.14). This
 * service writes none of them; these readers are for paths of others. Each takes the content of extnValue, and faults
 * with `malformed-der`, `malformed-name`.
 */

const whole = <T>(value: Uint8Array, read: (reader: DerReader) => T): T => {
  const reader = new DerReader(value);
  const result = read(reader);
  if (!reader.done) throw malformedDer(phrase`bytes behind an extension's value`, reader.offset);
  return result;
};

/** A base of names (RFC 5280 4.2.1.10); an iPAddress has its mask behind it, and so 8 or 32 octets. */
export type Subtree = GeneralName;

export interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

const readSubtree = (reader: DerReader): Subtree => {
  const subtree = reader.sequence();
  const at = subtree.offset;
  if (subtree.peek() !== primitive(7)) {
    const base = readGeneralName(subtree);
    finishSubtree(subtree);
    return base;
  }
  const value = subtree.content(primitive(7));
  if (value.length !== 8 && value.length !== 32) {
    throw malformedDer(phrase`an iPAddress without the mask that a name constraint has`, at);
  }
  finishSubtree(subtree);
  return { kind: 'iPAddress', value };
};

/** `minimum` and `maximum` are not used: RFC 5280 has the one 0, which DER leaves out, and the other absent. */
const finishSubtree = (subtree: DerReader): void => {
  if (!subtree.done) throw malformedDer(phrase`a name constraint with minimum or maximum`, subtree.offset);
};

const readSubtrees = (reader: DerReader, tag: number): readonly Subtree[] => {
  if (reader.peek() !== tag) return [];
  const at = reader.offset;
  const subtrees: Subtree[] = [];
  for (const list = reader.into(tag); !list.done; ) subtrees.push(readSubtree(list));
  if (subtrees.length === 0) throw malformedDer(phrase`an empty list of name constraints`, at);
  return subtrees;
};

export const readNameConstraints = (value: Uint8Array): NameConstraints =>
  whole(value, (reader) => {
    const fields = reader.sequence();
    const permitted = readSubtrees(fields, constructed(0));
    const excluded = readSubtrees(fields, constructed(1));
    fields.finish();
    return { permitted, excluded };
  });

export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}

export const readPolicyConstraints = (value: Uint8Array): PolicyConstraints =>
  whole(value, (reader) => {
    const fields = reader.sequence();
    const field = (tag: number): number | undefined =>
      fields.peek() === tag ? fields.small(tag) : undefined;
    const requireExplicitPolicy = field(primitive(0));
    const inhibitPolicyMapping = field(primitive(1));
    fields.finish();
    return {
      ...(requireExplicitPolicy !== undefined && { requireExplicitPolicy }),
      ...(inhibitPolicyMapping !== undefined && { inhibitPolicyMapping }),
    };
  });

export interface PolicyMapping {
  readonly issuerDomainPolicy: Oid;
  readonly subjectDomainPolicy: Oid;
}

export const readPolicyMappings = (value: Uint8Array): readonly PolicyMapping[] =>
  whole(value, (reader) =>
    readList(reader, (list) => {
      const mapping = list.sequence();
      const issuerDomainPolicy = mapping.oid();
      const subjectDomainPolicy = mapping.oid();
      mapping.finish();
      return { issuerDomainPolicy, subjectDomainPolicy };
    }),
  );

/** inhibitAnyPolicy: after how many certificates anyPolicy ends. */
export const readInhibitAnyPolicy = (value: Uint8Array): number =>
  whole(value, (reader) => reader.small(TAG.integer));
