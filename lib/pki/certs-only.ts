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

/**
 * The certificates of a certs-only message of somebody else, in its order, each with its own octets. The message may be
 * BER, as RFC 5652 allows; the certificates are decoded elsewhere. What else is in the message, such as CRLs, is left
 * out. Faults: `malformed-certificate`, `input-too-large`.
 */
export const decodeCertsOnly = async (bytes: Uint8Array, maxBytes: number): Promise<readonly Der[]> => {
  if (bytes.length > maxBytes) {
    throw new Fault(
      'input-too-large',
      phrase`The input has ${bytes.length} bytes; at most ${maxBytes} are taken.`,
      { limit: maxBytes },
    );
  }
  const [{ Constructed, fromBER }, { ContentInfo, SignedData }] = await Promise.all([
    import('asn1js'),
    import('pkijs'),
  ]);
  const { offset, result } = fromBER(bytes.slice());
  if (offset !== bytes.length) throw refused(phrase`it is not one element of BER`);
  let signed: InstanceType<typeof SignedData>;
  let certificates: InstanceType<typeof Constructed> | undefined;
  try {
    const message = new ContentInfo({ schema: result });
    if (message.contentType !== ContentInfo.SIGNED_DATA) throw refused(phrase`it is not a SignedData`);
    signed = new SignedData({ schema: message.content });
    certificates = (message.content as InstanceType<typeof Constructed>).valueBlock.value.find(
      (element): element is InstanceType<typeof Constructed> =>
        element instanceof Constructed && element.idBlock.tagClass === 3 && element.idBlock.tagNumber === 0,
    );
  } catch (error) {
    throw error instanceof Fault ? error : refused(phrase`it is not a SignedData`, error);
  }
  const elements = (certificates?.valueBlock.value ?? []).filter(
    // The other choices of CertificateSet have tags of their own (RFC 5652 10.2.2).
    ({ idBlock }) => idBlock.tagClass === 1 && idBlock.tagNumber === 16,
  );
  if (signed.certificates === undefined || elements.length === 0) {
    throw refused(phrase`it has no certificate`);
  }
  if (elements.length > MAX_CERTIFICATES) {
    throw refused(phrase`it has more than ${MAX_CERTIFICATES} certificates`);
  }
  return elements.map(({ valueBeforeDecodeView }) => asDer(Uint8Array.from(valueBeforeDecodeView)));
};
