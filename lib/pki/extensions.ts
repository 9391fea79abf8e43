import { Fault, type FaultCode, phrase } from '../fault.ts';
import { type Der, type Oid, TAG } from './der.ts';
import { derBoolean, derOctetString, derOid, derSequence } from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';
import type { Extension, ExtensionBody, ExtensionId } from './extension-bodies.ts';
import { EXTENSION_CODECS, type ExtensionCodec } from './extension-codecs.ts';

export {
  CRL_REASONS,
  type CrlReason,
  crlReasonOf,
  type DistributionPoint,
  type Extension,
  type ExtensionBody,
  type ExtensionId,
  KEY_USAGES,
  type KeyUsage,
  type PolicyInformation,
} from './extension-bodies.ts';
export type { GeneralName } from './general-name.ts';

const CODEC_BY_OID: ReadonlyMap<Oid, ExtensionCodec> = new Map(
  EXTENSION_CODECS.map((codec) => [codec.oid, codec]),
);
const CODEC_BY_ID = Object.fromEntries(EXTENSION_CODECS.map((codec) => [codec.id, codec])) as Readonly<
  Record<ExtensionId, ExtensionCodec>
>;

/** The fault codes of the structures that have extensions. */
export type MalformedCode = Extract<FaultCode, `malformed-${string}`>;

const readBody = (oid: Oid, reader: DerReader, code: MalformedCode): ExtensionBody => {
  const codec = CODEC_BY_OID.get(oid);
  if (codec === undefined) return { id: 'other', oid, value: reader.bytes };
  try {
    const body = codec.read(reader);
    reader.finish();
    return body;
  } catch (error) {
    if (!Fault.is(error, 'malformed-der')) throw error;
    throw new Fault(code, phrase`Extension ${codec.id} (${oid}): ${error.phrase}`, { oid }, { cause: error });
  }
};

const readExtension = (list: DerReader, code: MalformedCode): { oid: Oid; extension: Extension } => {
  const fields = list.sequence();
  const oid = fields.oid();
  const written = fields.peek() === TAG.boolean;
  const critical = written && fields.boolean();
  if (written && !critical && fields.rules === 'DER')
    throw new Fault(code, phrase`Extension ${oid} says its default, critical FALSE, which DER leaves out.`, {
      oid,
    });
  const value = fields.octetString();
  fields.finish();
  return { oid, extension: { ...readBody(oid, fields.over(value), code), critical } };
};

/**
 * Extensions (RFC 5280 4.1, 4.2): at least one, none twice, and each known one of its own type. Unknown ones are kept
 * as `other`, critical or not: the structure's own decoder decides about them. `code` is the fault where the extensions
 * are DER and still wrong, and where an extension's value is bad DER.
 * Faults: `code`, `malformed-der`, `malformed-name`, `malformed-serial`.
 */
export const readExtensions = (
  reader: DerReader,
  code: MalformedCode = 'malformed-der',
): readonly Extension[] => {
  const extensions: Extension[] = [];
  const seen = new Set<Oid>();
  for (const list = reader.sequence(); !list.done; ) {
    const { oid, extension } = readExtension(list, code);
    // RFC 5280 4.2: a certificate must not have more than one instance of an extension. The same holds for all
    // structures here.
    if (seen.has(oid)) throw new Fault(code, phrase`Extension ${oid} is there twice.`, { oid });
    seen.add(oid);
    extensions.push(extension);
  }
  if (extensions.length === 0) throw new Fault(code, 'Extensions are present without any extension in them.');
  return extensions;
};

/** What a profile and a CA put into every certificate is one object for all of them. */
const encoded = new WeakMap<Extension, Der>();

const encodeExtension = (extension: Extension): Der => {
  const known = encoded.get(extension);
  if (known !== undefined) return known;
  const der = extensionDer(extension);
  encoded.set(extension, der);
  return der;
};

const extensionDer = (extension: Extension): Der => {
  const { oid, value } =
    extension.id === 'other'
      ? extension
      : { oid: CODEC_BY_ID[extension.id].oid, value: CODEC_BY_ID[extension.id].encode(extension) };
  return derSequence(derOid(oid), ...(extension.critical ? [derBoolean(true)] : []), derOctetString(value));
};

/**
 * The SEQUENCE of the extensions, in the order given. What `readExtensions` returned encodes to the bytes that it read.
 */
export const encodeExtensions = (extensions: readonly Extension[]): Der =>
  derSequence(...extensions.map(encodeExtension));

/** The extension of this kind, typed, or undefined. Decoders refuse repeated extensions, so there is at most one. */
export const findExtension = <I extends ExtensionId>(
  extensions: readonly Extension[],
  id: I,
): Extract<Extension, { id: I }> | undefined =>
  extensions.find((extension): extension is Extract<Extension, { id: I }> => extension.id === id);
