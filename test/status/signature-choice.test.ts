import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../lib/keys/algorithms.ts';
import type { AlgorithmName } from '../../lib/keys/contract.ts';
import type { Der } from '../../lib/pki/der.ts';
import { derSequence } from '../../lib/pki/der-encoder.ts';
import { OID } from '../../lib/pki/oids.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { askSigned, certIdOf, encodeQuestion, other } from './asking.ts';
import { credentialOf, type Held, issueTo } from './office.ts';

/** Which of a CA's responders signs: RFC 6960 4.4.7.2.1, rule by rule. The default of each CA but one is P-256. */

const folder = temporaryFolder();
const data = join(folder.path, 'data');
/** organisation-1 has CRLs of RSA-3072, signature-1 of P-384, authentication-1 of P-256. */
const domain = (organisation: readonly AlgorithmName[]): Parameters<typeof openService>[1] => ({
  domain: ({ authorities }) => {
    for (const { id, ocsp } of authorities) {
      if (id === 'organisation') ocsp.furtherAlgorithms = organisation;
      if (id === 'signature') ocsp.furtherAlgorithms = ['rsa2048-sha256', 'ecdsa-p384-sha384'];
      if (id === 'authentication')
        Object.assign(ocsp, { algorithm: 'ml-dsa-44', furtherAlgorithms: ['ecdsa-p256-sha256'] });
    }
  },
});
let service: Service;

beforeAll(async () => {
  service = await openService(data, domain(['rsa2048-sha256', 'ecdsa-p384-sha384', 'ed25519']));
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const PROFILES = {
  organisation: 'official-position',
  signature: 'person-signature',
  authentication: 'person-authentication',
};
const identifier = (name: string): Der => algorithmNamed(name).signatureAlgorithm as Der;
const hex = (der: Uint8Array): string => Buffer.from(der).toString('hex');

interface How {
  readonly preferred?: readonly AlgorithmName[];
  /** Signs the request with this principal's key. */
  readonly signed?: Held;
}

/** One for each kind of key: the same order gives the same certificate. */
const credentials = new Map<AlgorithmName, Promise<Held>>();
const portal = (algorithm: AlgorithmName): Promise<Held> => {
  const held = credentials.get(algorithm) ?? credentialOf(service, 'tax-portal', algorithm);
  credentials.set(algorithm, held);
  return held;
};

let orders = 0;
const answeredWith = async (
  authority: keyof typeof PROFILES,
  { preferred, signed }: How = {},
  on: Service = service,
): Promise<string> => {
  const { ref } = await issueTo(on, PROFILES[authority], `order-${++orders}`);
  const question = await encodeQuestion({
    certIds: [await certIdOf(on, ref)],
    ...(preferred && {
      extensions: [
        other(
          OID.ocspPreferredSignatureAlgorithms,
          derSequence(...preferred.map((name) => derSequence(identifier(name)))),
        ),
      ],
    }),
    ...(signed && {
      requestorName: signed.certificate.subject,
      signed: { signer: signed.signer, certs: [signed.certificate.der] },
    }),
  });
  const { basic } = await askSigned(on, ref.ca, question);
  return hex(basic.signatureAlgorithm);
};

describe('the responder that signs', () => {
  it('is by the second rule the one with the algorithm of the CRLs', async () => {
    expect(await answeredWith('signature')).toBe(hex(identifier('ecdsa-p384-sha384')));
    expect(await answeredWith('authentication')).toBe(hex(identifier('ecdsa-p256-sha256')));
  });

  it('is not one that is weaker than the default, unless the client asks for it', async () => {
    expect(await answeredWith('organisation')).toBe(hex(identifier('ecdsa-p256-sha256')));
    expect(await answeredWith('organisation', { preferred: ['rsa2048-sha256'] })).toBe(
      hex(identifier('rsa2048-sha256')),
    );
  });

  it('is by the first rule the one that the client prefers, before the other rules', async () => {
    const signed = await portal('ecdsa-p384-sha384');
    expect(await answeredWith('signature', { preferred: ['ecdsa-p256-sha256'], signed })).toBe(
      hex(identifier('ecdsa-p256-sha256')),
    );
    expect(await answeredWith('organisation', { preferred: ['ecdsa-p521-sha512', 'ed25519'], signed })).toBe(
      hex(identifier('ed25519')),
    );
    expect(await answeredWith('signature', { preferred: ['ecdsa-p521-sha512'] })).toBe(
      hex(identifier('ecdsa-p384-sha384')),
    );
  });

  it.each([
    ['ecdsa-p384-sha384', 'ecdsa-p384-sha384'],
    ['ed25519', 'ed25519'],
    ['ecdsa-p256-sha256', 'ecdsa-p256-sha256'],
    // A responder of this algorithm exists, and it is weaker than the default.
    ['rsa2048-sha256', 'ecdsa-p256-sha256'],
  ] as const)(
    'of a request that is signed with %s is by the third rule of %s',
    async (algorithm, expected) => {
      const signed = await portal(algorithm);
      expect(await answeredWith('organisation', { signed })).toBe(hex(identifier(expected)));
    },
  );

  it('is chosen by the second rule before the third', async () => {
    const signed = await portal('ecdsa-p256-sha256');
    expect(await answeredWith('signature', { signed })).toBe(hex(identifier('ecdsa-p384-sha384')));
  });

  it('counts an RSA key of another length as the same algorithm', async () => {
    const other = temporaryFolder();
    const stronger = await openService(other.path, {
      domain: ({ authorities }) => {
        for (const { id, ocsp } of authorities)
          if (id === 'organisation') ocsp.furtherAlgorithms = ['rsa4096-sha256'];
      },
    });
    try {
      expect(await answeredWith('organisation', {}, stronger)).toBe(hex(identifier('rsa4096-sha256')));
    } finally {
      await stronger.close();
      other.remove();
    }
  });

  it('is the default if the key that a rule selects cannot be opened, which is logged', async () => {
    const item = await service.table.get<{ keyId: string }>({
      pk: 'responders',
      sk: 'signature-1/ecdsa-p384-sha384',
    });
    await service.close();
    rmSync(join(data, 'keys', `${item?.value.keyId}.key`));
    service = await openService(data, domain(['rsa2048-sha256', 'ecdsa-p384-sha384', 'ed25519']));
    expect(await answeredWith('signature')).toBe(hex(identifier('ecdsa-p256-sha256')));
    expect(service.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'An OCSP responder cannot be used',
        facts: expect.objectContaining({ ca: 'signature-1', algorithm: 'ecdsa-p384-sha384' }),
      }),
    );
  });
});
