import { type Der, DerReader, type Extension, type ExtensionId, type Oid, tlv } from '../pki/pki.ts';
import type { Example } from './contract.ts';

/* Helpers with which rules break good examples. */

export const change = <Tbs extends object, Context>(
  good: Example<Tbs, Context>,
  changes: Partial<Tbs>,
): Example<Tbs, Context> => ({ ...good, tbs: { ...good.tbs, ...changes } });

export const inContext = <Tbs, Context extends object>(
  good: Example<Tbs, Context>,
  changes: Partial<Context>,
): Example<Tbs, Context> => ({ ...good, context: { ...good.context, ...changes } });

export const without = (extensions: readonly Extension[], id: ExtensionId): readonly Extension[] =>
  extensions.filter((extension) => extension.id !== id);

/** The extensions with these changes in the extension of that id, if it is among them. */
export const changed = <I extends ExtensionId>(
  extensions: readonly Extension[],
  id: I,
  changes: Partial<Extract<Extension, { id: I }>>,
): readonly Extension[] =>
  extensions.map((extension) => (extension.id === id ? { ...extension, ...changes } : extension));

/** The extensions with this one added. It replaces an extension of the same id. */
export const having = (extensions: readonly Extension[], extension: Extension): readonly Extension[] =>
  extension.id === 'other' ? [...extensions, extension] : [...without(extensions, extension.id), extension];

/** An extension with these bytes as its value, even if its identifier asks for others. */
export const rawExtension = (oid: string, value: Uint8Array | string): Extension => ({
  id: 'other',
  oid: oid as Oid,
  value: typeof value === 'string' ? Buffer.from(value, 'hex') : value,
  critical: false,
});

/** DER with the element at `path` (indexes of elements, from the outermost one's contents) replaced by these bytes. */
export const rewrite = (
  der: Uint8Array,
  path: readonly number[],
  replace: (element: Der) => Uint8Array,
): Der => {
  const [index, ...deeper] = path;
  const outer = new DerReader(der);
  const { tag, content } = outer.element();
  const parts: Uint8Array[] = [];
  for (const reader = new DerReader(content); !reader.done; ) {
    const element = reader.element().der;
    const hit = parts.length === index;
    parts.push(!hit ? element : deeper.length > 0 ? rewrite(element, deeper, replace) : replace(element));
  }
  return tlv(tag, ...parts);
};
