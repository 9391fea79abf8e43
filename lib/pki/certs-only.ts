import { Fault, type Phrase, phrase } from '../fault.ts';
import { asDer, type Der, TAG } from './der.ts';
import { DerReader } from './der-reader.ts';

/**
 * A certs-only CMS message in DER: a SignedData with certificates, and without content, CRLs and signers (RFC 5652 5.1,
 * RFC 8551 3.2.2). The certificates are a SET OF, which DER sorts (X.690 11.6), so their order carries nothing.
 *
 * Each certificate keeps its octets. pkijs would encode a certificate again, and might change octets that were signed.
 *
 * The libraries are loaded for the first message: they must not slow down the start of a function, and a function that
 * makes no message must not carry them. No other file of production uses them (test/rooms.test.ts).
 */
export const certsOnly = async (certificates: readonly Der[]): Promise<Uint8Array> => {
  const [{ Primitive }, { Certificate, ContentInfo, EncapsulatedContentInfo, SignedData }] =
    await Promise.all([import('asn1js'), import('pkijs')]);

  const verbatim = (der: Der) => {
    const element = new Primitive({
      idBlock: { tagClass: 1, tagNumber: 16 },
      valueHex: new DerReader(der).content(TAG.sequence),
    });
    // asn1js takes a Primitive's content as octets and writes them unchanged; only the tag must say SEQUENCE.
    element.idBlock.isConstructed = true;
    return Object.assign(new Certificate(), { toSchema: () => element });
  };

  const signedData = new SignedData({
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: ContentInfo.DATA }),
    certificates: certificates.toSorted(Buffer.compare).map(verbatim),
  });
  const message = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signedData.toSchema() });
  return new Uint8Array(message.toSchema().toBER());
};

const refused = (why: Phrase, cause?: unknown): Fault =>
  new Fault('malformed-certificate', phrase`Malformed certs-only message: ${why}.`, {}, { cause });

/** Far above any path; each certificate is decoded and compared by the caller. */
const MAX_CERTIFICATES = 64;

type Asn1 = typeof import('asn1js');
type AsnType = ReturnType<Asn1['fromBER']>['result'];

const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** The one element that the bytes are, with its octets. asn1js throws for some damage and reports other. */
const parse = ({ fromBER }: Asn1, bytes: Uint8Array): AsnType => {
  try {
    const { offset, result } = fromBER(Uint8Array.from(bytes));
    if (offset === bytes.length) return result;
  } catch (cause) {
    throw refused(phrase`it is not one element of BER`, cause);
  }
  throw refused(phrase`it is not one element of BER`);
};

/** CertificateSet of the SignedData (RFC 5652 3, 5.1); undefined where it is absent. */
const certificateSet = (
  { Constructed, ObjectIdentifier, Sequence }: Asn1,
  message: AsnType,
): readonly AsnType[] | undefined => {
  const [type, explicit] = message instanceof Sequence ? message.valueBlock.value : [];
  const isSigned = type instanceof ObjectIdentifier && type.valueBlock.toString() === SIGNED_DATA;
  const content = explicit instanceof Constructed ? explicit.valueBlock.value[0] : undefined;
  if (!isSigned || !(content instanceof Sequence)) throw refused(phrase`it is not a SignedData`);
  const set = content.valueBlock.value.find(
    ({ idBlock: { tagClass, tagNumber } }) => tagClass === CONTEXT && tagNumber === 0,
  );
  return set instanceof Constructed ? set.valueBlock.value : undefined;
};

/** asn1js's numbers of tag classes. */
const UNIVERSAL = 1;
const CONTEXT = 3;

/**
 * The certificates of a certs-only message of somebody else, in its order, each with its own octets. The message may be
 * BER, as RFC 5652 allows; the certificates are decoded elsewhere. What else is in the message, such as CRLs and
 * attribute certificates, is left out. Faults: `malformed-certificate`, `input-too-large`.
 */
export const decodeCertsOnly = async (bytes: Uint8Array, maxBytes: number): Promise<readonly Der[]> => {
  if (bytes.length > maxBytes) {
    throw new Fault(
      'input-too-large',
      phrase`The input has ${bytes.length} bytes; at most ${maxBytes} are taken.`,
      { limit: maxBytes },
    );
  }
  const asn1js = await import('asn1js');
  const elements = (certificateSet(asn1js, parse(asn1js, bytes)) ?? []).filter(
    // The other choices of CertificateSet have tags of their own (RFC 5652 10.2.2).
    ({ idBlock }) => idBlock.tagClass === UNIVERSAL && idBlock.tagNumber === 16,
  );
  if (elements.length === 0) throw refused(phrase`it has no certificate`);
  if (elements.length > MAX_CERTIFICATES) {
    throw refused(phrase`it has more than ${MAX_CERTIFICATES} certificates`);
  }
  return elements.map(({ valueBeforeDecodeView }) => asDer(Uint8Array.from(valueBeforeDecodeView)));
};
