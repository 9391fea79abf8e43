import { type Der, TAG } from './der.ts';
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
