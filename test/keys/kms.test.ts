import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALGORITHMS, type AlgorithmName, algorithmNamed, verifySignature } from '../../lib/keys/keys.ts';
import { openKmsKeys } from '../../lib/keys/kms.ts';
import { openKmsSdkCalls } from '../../lib/keys/kms-sdk-calls.ts';
import { KmsDouble } from '../aws/kms-double.ts';

/** CA keys in KMS: over HTTP, with a double that enforces KMS's documented limits. */

const kms = new KmsDouble();
const algorithms = new Map<string, AlgorithmName>();
let throttled = 0;

const keys = () =>
  openKmsKeys({
    calls: openKmsSdkCalls({ access: kms.access, onThrottled: () => throttled++ }),
    aliasPrefix: 'akashi',
    algorithmOf: (id) => algorithms.get(id),
  });

const made = async (name: AlgorithmName, id: string = name): Promise<string> => {
  algorithms.set(id, name);
  return kms.create(algorithmNamed(name).kmsKeySpec, `alias/akashi-${id}`);
};

beforeAll(async () => {
  await kms.start();
  await Promise.all(ALGORITHMS.map(({ name }) => made(name)));
});
afterAll(() => kms.stop());
beforeEach(() => {
  kms.calls.length = 0;
  kms.refuse = () => undefined;
  throttled = 0;
});

const lastSign = () => kms.calls.findLast(({ operation }) => operation === 'Sign')?.input;

describe.each(ALGORITHMS.map(({ name }) => name))('%s in KMS', (name) => {
  const sizes = name === 'ed25519' ? [0, 1, 4096] : [0, 1, 4096, 4097, 100_000];

  it.each(sizes)('signs %d bytes, and node:crypto verifies them whole', async (size) => {
    const signer = await keys().open(name);
    const message = randomBytes(size);
    const signature = await signer.sign(message);
    const { signatureAlgorithm } = signer.algorithm;
    verifySignature({
      subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
      signatureAlgorithm,
      message,
      signature,
    });
    const { family } = algorithmNamed(name);
    const type = family === 'rsa' || family === 'ec' ? 'DIGEST' : size > 4096 ? 'EXTERNAL_MU' : 'RAW';
    expect(lastSign()?.MessageType).toBe(type);
  });

  it('opens the key with one request, creating it opens the same one', async () => {
    const opened = await keys().open(name);
    expect(kms.calls.map(({ operation }) => operation)).toEqual(['GetPublicKey']);
    const created = await keys().create(name, name);
    expect(created.subjectPublicKeyInfo).toEqual(opened.subjectPublicKeyInfo);
    expect(created.algorithm.name).toBe(name);
  });
});

describe('a key in KMS', () => {
  it('that is Ed25519 signs at most 4,096 bytes and says so', async () => {
    const signer = await keys().open('ed25519');
    await expect(signer.sign(randomBytes(4097))).rejects.toMatchObject({
      code: 'input-too-large',
      facts: { limit: 4096 },
    });
    expect(lastSign()).toBeUndefined();
  });

  it('serves PKCS#1 v1.5 or PSS, as configured', async () => {
    await made('rsa2048-pss-sha256', 'pss');
    const signer = await keys().open('pss');
    await signer.sign(randomBytes(10));
    expect(lastSign()?.SigningAlgorithm).toBe('RSASSA_PSS_SHA_256');
  });

  it('keeps signing under the key that was opened when its alias moves', async () => {
    const arn = await made('ecdsa-p256-sha256', 'moving');
    const signer = await keys().open('moving');
    kms.pointAlias('alias/akashi-moving', await kms.create('ECC_NIST_P256'));
    const message = Buffer.from('公開鍵');
    const signature = await signer.sign(message);
    const key = createPublicKey({ key: kms.publicKey(arn), format: 'der', type: 'spki' });
    expect(verify('sha256', message, key, signature)).toBe(true);
  });

  it('that does not exist is unknown-key, whether it is opened or created', async () => {
    algorithms.set('absent', 'ecdsa-p256-sha256');
    const expected = {
      code: 'unknown-key',
      facts: { key: 'alias/akashi-absent', reason: 'NotFoundException' },
    };
    await expect(keys().open('absent')).rejects.toMatchObject(expected);
    await expect(keys().create('absent', 'ecdsa-p256-sha256')).rejects.toMatchObject(expected);
  });

  it('that is not configured is not asked for', async () => {
    await expect(keys().open('nobody')).rejects.toMatchObject({ code: 'unknown-key' });
    expect(kms.calls).toEqual([]);
  });

  it('of another kind is configuration-invalid', async () => {
    await expect(keys().create('ecdsa-p384-sha384', 'ecdsa-p256-sha256')).rejects.toMatchObject({
      code: 'configuration-invalid',
      facts: { keySpec: 'ECC_NIST_P384' },
    });
    await kms.create('SYMMETRIC_DEFAULT', 'alias/akashi-sealing');
    await expect(keys().create('sealing', 'ecdsa-p256-sha256')).rejects.toMatchObject({
      code: 'unknown-key',
    });
  });

  it.each([
    ['Disabled', 'DisabledException'],
    ['PendingDeletion', 'KMSInvalidStateException'],
  ] as const)('that is %s refuses to sign: unknown-key', async (state, reason) => {
    const arn = await made('ecdsa-p256-sha256', `state-${state.toLowerCase()}`);
    const signer = await keys().open(`state-${state.toLowerCase()}`);
    kms.setState(arn, state);
    await expect(signer.sign(randomBytes(1))).rejects.toMatchObject({
      code: 'unknown-key',
      facts: { reason },
    });
    expect(kms.calls.filter(({ operation }) => operation === 'Sign')).toHaveLength(1);
  });
});

describe('when KMS refuses', () => {
  const failFirst = (times: number, name: string, status: number) => {
    let left = times;
    kms.refuse = ({ operation }) => (operation === 'Sign' && left-- > 0 ? { name, status } : undefined);
  };

  it('a denial is final, has its own code, and is not repeated', async () => {
    const signer = await keys().open('ecdsa-p256-sha256');
    failFirst(99, 'AccessDeniedException', 400);
    await expect(signer.sign(randomBytes(1))).rejects.toMatchObject({
      code: 'unknown-key',
      facts: { reason: 'AccessDeniedException' },
    });
    expect(kms.calls.filter(({ operation }) => operation === 'Sign')).toHaveLength(1);
    expect(throttled).toBe(0);
  });

  it.each([
    ['ThrottlingException', 400],
    ['KMSInternalException', 500],
    ['KeyUnavailableException', 500],
    ['DependencyTimeoutException', 503],
  ])('%s is tried again, and made good', async (name, status) => {
    const signer = await keys().open('ecdsa-p256-sha256');
    failFirst(2, name, status);
    await signer.sign(randomBytes(1));
    expect(kms.calls.filter(({ operation }) => operation === 'Sign')).toHaveLength(3);
    expect(throttled).toBe(name === 'ThrottlingException' ? 2 : 0);
  });

  it('throttling that does not end is store-unavailable, and each throttled request is reported', async () => {
    const signer = await keys().open('ecdsa-p256-sha256');
    failFirst(99, 'ThrottlingException', 400);
    await expect(signer.sign(randomBytes(1))).rejects.toMatchObject({
      code: 'store-unavailable',
      facts: { reason: 'ThrottlingException' },
    });
    const attempts = kms.calls.filter(({ operation }) => operation === 'Sign').length;
    expect(attempts).toBe(4);
    expect(throttled).toBe(attempts);
  });

  it('nobody listens: store-unavailable', async () => {
    const gone = await new KmsDouble().start();
    const { access } = gone;
    await gone.stop();
    const store = openKmsKeys({
      calls: openKmsSdkCalls({ access }),
      aliasPrefix: 'akashi',
      algorithmOf: () => 'ecdsa-p256-sha256',
    });
    await expect(store.open('anything')).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
