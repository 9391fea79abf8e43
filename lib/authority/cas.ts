import { Fault } from '../fault.ts';
import type { KeyStore, Signer } from '../keys/keys.ts';
import { type LintedTbs, lintCertList } from '../lint/lint.ts';
import {
  asDer,
  type Certificate,
  type Der,
  encodeCertificateList,
  findExtension,
  type TbsCertListDraft,
} from '../pki/pki.ts';
import type { Issuer, Issuers, IssuerUrls } from '../status/status.ts';
import type { AuthorityDefinition, Standing, TrustDomain } from '../trust-domain/trust-domain.ts';
import type { IssuingCa } from './tbs.ts';

/** A CA that can sign: one generation of an authority, its certificate and its key. */
export interface Ca {
  readonly definition: AuthorityDefinition;
  readonly issuer: Issuer;
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** The fields of the CA that go into its certificates. */
  readonly issuing: IssuingCa;
}

export interface Cas {
  /**
   * Faults: `unknown-authority`; `authority-stopped`; `unknown-key` when the key is not that of the certificate; `trust-domain-changed` where
   * this process may not act by its file.
   */
  byId(ca: string): Promise<Ca>;
  /**
   * The whole CertificateList, linted and signed. Its number must be higher than that of the CA's previous CRL, if it
   * has one. The key of a stopped CA signs only a CRL that holds until the CA's end. Fault: `authority-stopped`.
   */
  signCrl(ca: string, tbs: TbsCertListDraft, previousNumber?: bigint): Promise<Der>;
}

export const issuingCa = (issuer: Issuer, urls: IssuerUrls): IssuingCa => {
  const { certificate, signatureAlgorithm } = issuer;
  const subjectKeyIdentifier = findExtension(certificate.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
  if (!subjectKeyIdentifier) {
    throw new Fault('authority-not-ready', 'The CA certificate has no subjectKeyIdentifier.', {
      ca: issuer.id,
    });
  }
  return {
    subject: certificate.subject,
    subjectKeyIdentifier,
    signatureAlgorithm,
    notAfter: certificate.notAfter,
    urls,
  };
};

export const openCas = (deps: {
  readonly trustDomain: TrustDomain;
  readonly keys: KeyStore;
  readonly issuers: Issuers;
  /** The addresses in force. */
  readonly urlsOf: (ca: string) => Promise<IssuerUrls>;
  readonly standing: Pick<Standing, 'assertMayAct'>;
}): Cas => {
  const opened = new Map<string, Promise<Omit<Ca, 'issuing'>>>();

  const open = async (id: string): Promise<Omit<Ca, 'issuing'>> => {
    const issuer = await deps.issuers.byId(id);
    const definition = deps.trustDomain.authorities.find(({ ca }) => ca === id);
    if (!definition)
      throw new Fault('unknown-authority', 'The trust domain has no such authority.', { ca: id });
    const signer = await deps.keys.open(id);
    const { certificate } = issuer;
    if (Buffer.compare(signer.subjectPublicKeyInfo, certificate.subjectPublicKeyInfo) !== 0) {
      throw new Fault('unknown-key', 'The CA key in the key store is not the one in the CA certificate.', {
        ca: id,
      });
    }
    return { definition, issuer, certificate, signer };
  };

  const openOnce = (id: string): Promise<Omit<Ca, 'issuing'>> => {
    const known = opened.get(id);
    if (known) return known;
    const opening = open(id).catch((error: unknown) => {
      opened.delete(id);
      throw error;
    });
    opened.set(id, opening);
    return opening;
  };

  const load = async (id: string): Promise<Ca> => {
    await deps.standing.assertMayAct();
    const ca = await openOnce(id);
    return { ...ca, issuing: issuingCa(ca.issuer, await deps.urlsOf(id)) };
  };

  return {
    byId: async (id) => {
      const ca = await load(id);
      if (ca.definition.stopped) throw stopped(id);
      return ca;
    },

    signCrl: async (id, tbs, previousNumber) => {
      const ca = await load(id);
      const isLast = tbs.nextUpdate?.getTime() === ca.certificate.notAfter.getTime();
      if (ca.definition.stopped && !isLast) throw stopped(id);
      return signCrl(ca, tbs, previousNumber);
    },
  };
};

const stopped = (ca: string): Fault =>
  new Fault('authority-stopped', 'The key of this CA is stopped; it signs nothing any more.', { ca });

/** Lints the list and signs it: the only way in which a CA key signs a CRL. Faults: those of `Cas.byId`, `lint-failed`. */
const signCrl = async (ca: Ca, tbs: TbsCertListDraft, previousNumber?: bigint): Promise<Der> => {
  const context = { issuer: ca.certificate, ...(previousNumber !== undefined && { previousNumber }) };
  const linted: LintedTbs = await lintCertList(tbs, context);
  const signatureValue = await ca.signer.sign(linted.der);
  return encodeCertificateList(linted.der, asDer(ca.signer.algorithm.signatureAlgorithm), signatureValue);
};
