import { readFileSync } from 'node:fs';
import { buildCaTbs, buildResponderTbs, buildTbs, type IssuingCa } from '../../lib/authority/tbs.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import type { CertificateContext, CertListContext, Example } from '../../lib/lint/contract.ts';
import { keyIdentifier, type TbsCertificate } from '../../lib/pki/certificate.ts';
import type { RevokedCertificate, TbsCertList } from '../../lib/pki/crl.ts';
import { parseSerial, type SerialHex } from '../../lib/pki/serial.ts';
import type { FieldValues } from '../../lib/trust-domain/contract.ts';
import { describeSubject, readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { HIGASHI } from '../demonstration-people.ts';

/** The demonstration's certificates, one of each kind, as the authority builds them. */
export const demonstration = readTrustDomain(
  readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8'),
);

export const FIELDS: Readonly<Record<string, FieldValues>> = {
  'official-position': {
    position: 'Mayor',
    positionJa: '市長',
    departmentJa: '総務部',
    department: 'General Affairs',
    mail: 'Mayor@Mizusaki.example.jp',
  },
  'organisation-server': { dnsNames: ['www.mizusaki.example.jp', 'MIZUSAKI.example.jp'] },
  'organisation-client': { system: '電子申請', deviceId: 'GW-0001' },
  'person-signature': {
    holderId: '0000000000AA00000A',
    name: '髙橋 惠美',
    dateOfBirth: '1984-02-29',
    sex: '2',
    address: '常磐県瑞崎市東区一丁目2番3号',
  },
  'person-authentication': { holderId: '0000000000AA00000B' },
  principal: { principal: 'operator-sakai', name: 'Operator Sakai' },
  service: { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] },
};

export const NOT_BEFORE = new Date('2026-01-01T00:00:00Z');

let count = 0;
/** Distinct serial numbers of the required length. */
export const nextSerial = (): SerialHex =>
  parseSerial(`01${'ab'.repeat(15)}${(0x10 + count++).toString(16)}`);

const responderKey = await generateSoftwareKey('ecdsa-p256-sha256');
const subjectKeys = {
  'organisation-server': await generateSoftwareKey('rsa2048-sha256'),
  principal: await generateSoftwareKey('ed25519'),
} as const;

type Good = Example<TbsCertificate, CertificateContext>;

const cas = await Promise.all(
  demonstration.authorities.map(async (authority) => {
    const { algorithm, subjectPublicKeyInfo } = await generateSoftwareKey(authority.algorithm);
    const { signatureAlgorithm } = algorithm;
    const tbs = buildCaTbs({
      authority,
      serialNumber: nextSerial(),
      subjectPublicKeyInfo,
      signatureAlgorithm,
      notBefore: NOT_BEFORE,
    });
    const issuing: IssuingCa = {
      subject: tbs.subject,
      subjectKeyIdentifier: keyIdentifier(subjectPublicKeyInfo),
      signatureAlgorithm,
      notAfter: tbs.notAfter,
      urls: {
        crl: [
          `http://one.example/crl/${authority.ca}/full.crl`,
          `http://two.example/crl/${authority.ca}/full.crl`,
        ],
        authorityCrl: [],
        ocsp: 'http://one.example/ocsp',
        certificate: `http://one.example/ca/${authority.ca}.cer`,
      },
    };
    return { authority, tbs, issuing };
  }),
);

export const caOf = (authority: string) => {
  const ca = cas.find((one) => one.authority.id === authority);
  if (!ca) throw new Error(`no CA ${authority}`);
  return ca;
};

const spkiFor = (profile: string): Uint8Array =>
  (profile === 'organisation-server' || profile === 'principal' ? subjectKeys[profile] : responderKey)
    .subjectPublicKeyInfo;

const endEntities = demonstration.profiles.map((profile): [string, Good] => {
  const ca = caOf(profile.authority);
  const tbs = buildTbs({
    profile,
    ca: ca.issuing,
    serialNumber: nextSerial(),
    subject: describeSubject(profile, HIGASHI, FIELDS[profile.id] ?? {}),
    subjectPublicKeyInfo: spkiFor(profile.id),
    notBefore: new Date('2026-04-01T09:00:00.250Z'),
  });
  const { publicKeys } = profile;
  return [
    profile.id,
    { tbs, context: { kind: 'endEntity', issuer: ca.tbs, serialPrefix: '01', publicKeys } },
  ];
});

const responders = cas.map(({ authority, tbs: issuer, issuing }): [string, Good] => [
  `responder of ${authority.ca}`,
  {
    tbs: buildResponderTbs({
      authority,
      ca: issuing,
      serialNumber: nextSerial(),
      subjectPublicKeyInfo: responderKey.subjectPublicKeyInfo,
      notBefore: new Date('2026-04-01T09:00:00Z'),
    }),
    context: { kind: 'ocspResponder', issuer, serialPrefix: '01' },
  },
]);

/** A subordinate CA. The demonstration has none, but some rules apply to them. */
const subordinate = (): Good => {
  const [above, below] = [caOf('organisation'), caOf('operations')];
  const status = endEntities[0]?.[1].tbs.extensions.filter(
    ({ id }) =>
      id === 'authorityKeyIdentifier' || id === 'cRLDistributionPoints' || id === 'authorityInfoAccess',
  );
  const own = below.tbs.extensions.filter(({ id }) => id !== 'authorityKeyIdentifier');
  return {
    tbs: {
      ...below.tbs,
      signature: above.issuing.signatureAlgorithm,
      issuer: above.tbs.subject,
      extensions: [...own, ...(status ?? [])],
    },
    context: { kind: 'ca', issuer: above.tbs, serialPrefix: '01' },
  };
};

export const GOOD_CERTIFICATES: readonly (readonly [string, Good])[] = [
  ...cas.map(({ authority, tbs }): [string, Good] => [
    authority.ca,
    { tbs, context: { kind: 'ca', serialPrefix: '01' } },
  ]),
  ['a CA below another', subordinate()],
  ...responders,
  ...endEntities,
];

/* CRLs ----------------------------------------------------------------------------------------------------- */

const ca = caOf('signature');
const entries: readonly RevokedCertificate[] = [
  { serialNumber: parseSerial('01aa'), revocationDate: new Date('2026-03-31T00:00:00Z') },
  {
    serialNumber: parseSerial('01ab'),
    revocationDate: new Date('2026-04-01T00:00:00Z'),
    reasonCode: 'keyCompromise',
    invalidityDate: new Date('2026-03-01T00:00:00Z'),
  },
  {
    serialNumber: parseSerial('ff01'),
    revocationDate: new Date('2026-04-01T00:00:00Z'),
    reasonCode: 'superseded',
  },
];

const crl = (
  revokedCertificates: readonly RevokedCertificate[],
  further: TbsCertList['crlExtensions'] = [],
): Example<TbsCertList, CertListContext> => ({
  tbs: {
    signature: ca.issuing.signatureAlgorithm,
    issuer: ca.tbs.subject,
    thisUpdate: new Date('2026-04-01T00:00:00Z'),
    nextUpdate: new Date('2026-04-03T00:00:00Z'),
    revokedCertificates,
    crlExtensions: [
      { id: 'authorityKeyIdentifier', keyIdentifier: ca.issuing.subjectKeyIdentifier, critical: false },
      { id: 'cRLNumber', number: 7n, critical: false },
      ...further,
    ],
  },
  context: { issuer: ca.tbs, previousNumber: 6n },
});

export const GOOD_CRLS: readonly (readonly [string, Example<TbsCertList, CertListContext>])[] = [
  ['of nothing', crl([])],
  ['of three', crl(entries)],
  [
    'for users',
    crl(entries.slice(1), [{ id: 'issuingDistributionPoint', onlyContainsUserCerts: true, critical: true }]),
  ],
  [
    'a delta',
    crl(
      entries.map((entry) => ({ ...entry, reasonCode: 'removeFromCRL' as const })),
      [{ id: 'deltaCRLIndicator', number: 5n, critical: true }],
    ),
  ],
];
