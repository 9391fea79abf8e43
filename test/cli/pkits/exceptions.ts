/**
 * The tests of PKITS whose certificate is valid by NIST and which `akashi status` does not call good: what it says, and
 * why. None is the other way round.
 */
export const EXCEPTIONS: Readonly<Record<string, { readonly says: string; readonly why: string }>> = {
  '4.1.4': {
    says: 'inDoubt (RFC 5280 6.1.3 (a) (1))',
    why: 'DSA is no algorithm of lib/keys; FIPS 186-5 has withdrawn it.',
  },
  '4.1.5': {
    says: 'inDoubt (RFC 5280 6.1.3 (a) (1))',
    why: 'DSA is no algorithm of lib/keys, and so are no parameters inherited.',
  },
  '4.2.4': {
    says: 'malformed-der (decoder)',
    why: 'RFC 5280 4.1.2.5 has UTCTime through 2049; a GeneralizedTime of 2002 is refused by the decoder.',
  },
  '4.3.6': {
    says: 'malformed-certificate (decoder)',
    why: 'RFC 5280 4.1.2.8 forbids unique identifiers to CAs; the decoder refuses a certificate that has one.',
  },
  '4.4.14': {
    says: 'inDoubt (RFC 5280 5.1)',
    why: 'RFC 5280 4.1.2.2 has serial numbers positive; the decoder refuses a CRL that lists a negative one.',
  },
  '4.14.30': {
    says: 'inDoubt (RFC 5280 6.3.3 (f))',
    why: "The status of the CRL issuer's own certificate is on the CRL that it signs itself, which proves nothing.",
  },
};

/** Certificates and CRLs of the suite that the decoders refuse, each as a whole. */
export const REFUSED: readonly string[] = [
  'BadCRLSignatureCACRL.crl: malformed-der',
  'BadSignedCACert.crt: malformed-der',
  'InvalidDSASignatureTest6EE.crt: malformed-der',
  'InvalidNegativeSerialNumberTest15EE.crt: malformed-serial',
  'Invalidpre2000UTCEEnotAfterDateTest7EE.crt: malformed-der',
  'NegativeSerialNumberCACRL.crl: malformed-serial',
  'UIDCACert.crt: malformed-certificate',
  'UnknownCRLEntryExtensionCACRL.crl: unknown-critical-extension',
  'UnknownCRLExtensionCACRL.crl: unknown-critical-extension',
  'ValidGeneralizedTimenotBeforeDateTest4EE.crt: malformed-der',
  'ValidNameUIDsTest6EE.crt: malformed-certificate',
];
