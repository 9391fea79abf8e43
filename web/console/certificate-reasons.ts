import { type Phrase, phrase } from '../../lib/fault.ts';
import type { EntryReason } from '../../lib/pki/pki.ts';

interface ReasonText {
  readonly title: Phrase;
  /** When it applies. */
  readonly meaning: Phrase;
}

/** The reasons of RFC 5280 5.3.1, in the order in which a form offers them. */
export const REASON_TEXTS: Readonly<Record<EntryReason, ReasonText>> = {
  keyCompromise: {
    title: phrase`The private key is compromised`,
    meaning: phrase`Somebody else has the private key or may have it: it was stolen, lost or copied. The CRL is published at once.`,
  },
  cACompromise: {
    title: phrase`The key of the CA is compromised`,
    meaning: phrase`For the certificate of a CA only. All certificates of the CA count as revoked.`,
  },
  affiliationChanged: {
    title: phrase`The name, position or affiliation has changed`,
    meaning: phrase`The certificate does not say any more who its holder is. The key is not in doubt.`,
  },
  superseded: {
    title: phrase`Another certificate has replaced it`,
    meaning: phrase`The holder has a new certificate. The key is not in doubt.`,
  },
  cessationOfOperation: {
    title: phrase`It is not needed any more`,
    meaning: phrase`The position, the system or the use has ended. The key is not in doubt.`,
  },
  privilegeWithdrawn: {
    title: phrase`The right to it was withdrawn`,
    meaning: phrase`The holder may not use the certificate any more.`,
  },
  unspecified: {
    title: phrase`No reason is given`,
    meaning: phrase`None of the other reasons applies.`,
  },
  certificateHold: {
    title: phrase`On hold`,
    meaning: phrase`The certificate is suspended. The hold may end with a release or with a revocation.`,
  },
};
