import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OfficeTerms, PrincipalTerms } from '../../lib/enrolment/enrolment.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import type { Duty, Principal } from '../../lib/principal.ts';
import type { Service } from '../service.ts';

/** An office that no trust domain names, and its people, enrolled through the room's own door. */

export const MINAMI: OfficeTerms = {
  tenant: 'tokiwa',
  name: { ja: '瑞崎市 南区役所', en: 'Minami Ward Office, Mizusaki City' },
  kana: 'みずさきし みなみくやくしょ',
  attributes: {
    O: 'Minami Ward',
    organisationJa: '瑞崎市',
    prefecture: 'Tokiwa',
    L: 'Mizusaki-shi Minami-ku',
  },
  code: '131016',
  profiles: ['official-position', 'person-signature'],
};

export const officer = (name: string, ...duties: readonly Duty[]): PrincipalTerms => ({
  role: 'officer',
  office: 'minami',
  duties,
  name: { ja: `南区 ${name}`, en: `Minami ${name}` },
});

export interface OwnKey {
  readonly csr: string;
  /** PKCS#8 in PEM. */
  readonly key: string;
  /** What its owner reads aloud. */
  readonly fingerprint: string;
}

/** A key and its PKCS#10, made by openssl. */
export const newKey = (folder: string, name: string): OwnKey => {
  const file = (suffix: string): string => join(folder, `${name}.${suffix}`);
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  openssl('req', '-new', ...curve, '-nodes', '-keyout', file('key'), '-out', file('csr'), '-subj', '/CN=x');
  const spki = openssl('pkey', '-in', file('key'), '-pubout', '-outform', 'DER');
  return {
    csr: readFileSync(file('csr'), 'utf8'),
    key: readFileSync(file('key'), 'utf8'),
    fingerprint: hash('sha256', spki),
  };
};

/** The first certificate of a chain, DER. */
export const ownCertificate = (pem: string): Uint8Array =>
  decodeCertificate(decodePem('CERTIFICATE', pem.slice(0, pem.indexOf('-----END') + 25), 65_536)).der;

/** Two operators open the office. */
export const openMinami = async (service: Service, terms: OfficeTerms = MINAMI): Promise<void> => {
  const { offices } = service.app.enrolment;
  await offices.propose(service.principal('operator-sakai'), 'minami', terms);
  await offices.confirm(service.principal('operator-noda'), 'minami');
};

/** Another office, with attributes of its own. */
export const openKita = async (service: Service): Promise<void> => {
  const { offices } = service.app.enrolment;
  const terms = { ...MINAMI, attributes: { ...MINAMI.attributes, O: 'Kita City' } };
  await offices.propose(service.principal('operator-sakai'), 'kita', terms);
  await offices.confirm(service.principal('operator-noda'), 'kita');
};

export interface Member {
  readonly id: string;
  readonly key: OwnKey;
  readonly pem: string;
  readonly principal: Principal;
}

/** The invited person brings a key, `by` confirms it, and the person is known by the certificate. */
export const enter = async (service: Service, invitation: string, by: Principal): Promise<Member> => {
  const { people } = service.app.enrolment;
  const id = invitation.slice(0, invitation.indexOf('.'));
  const key = newKey(service.folder, id);
  const { fingerprint } = await people.bring(invitation, key.csr);
  await people.enrol(by, id, fingerprint);
  const { pem = '' } = await people.bring(invitation, key.csr);
  const principal = await service.app.principals.byCertificate(ownCertificate(pem), 'acts');
  return { id, key, pem, principal };
};

/** Two operators name the office's first responsible person. */
export const firstChief = async (service: Service, id = 'minami-chief'): Promise<Member> => {
  const { people } = service.app.enrolment;
  const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
  await people.propose(sakai, id, officer('責任者', 'responsible', 'receive', 'examine'));
  const { invitation } = await people.confirm(noda, id);
  return enter(service, invitation ?? '', sakai);
};
