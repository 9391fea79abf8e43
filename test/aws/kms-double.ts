import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { signDigest, signMu } from './prehashed.ts';
import { isSigned } from './signature-oracle.ts';

/**
 * A double of AWS KMS that speaks its wire protocol (JSON 1.1 over HTTP) and enforces the limits that KMS documents,
 * with keys of node:crypto behind it.
 */

export interface KmsCall {
  readonly operation: string;
  /** ARN of the key; if there is no such key, the alias or id of the request. */
  readonly key: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The access key in the request's signature, which tells the caller. */
  readonly accessKeyId: string | undefined;
}

interface AsymmetricKey {
  readonly kind: 'SIGN_VERIFY';
  readonly spec: string;
  readonly privateKey: KeyObject;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
}

interface SymmetricKey {
  readonly kind: 'ENCRYPT_DECRYPT';
  readonly spec: 'SYMMETRIC_DEFAULT';
  readonly secret: Buffer;
  state: AsymmetricKey['state'];
}

class Refusal extends Error {
  readonly status: number;
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** The secret key of every caller. */
export const SECRET = 'secret';

const MAX_MESSAGE = 4096;
const MAX_CIPHERTEXT = 6144;

const generate = promisify(generateKeyPair);

const generateOfSpec = async (spec: string): Promise<KeyObject> => {
  const [family, size] = [spec.split('_', 1)[0], /(\d+)$/.exec(spec)?.[1]];
  if (family === 'RSA') return (await generate('rsa', { modulusLength: Number(size) })).privateKey;
  if (spec === 'ECC_NIST_EDWARDS25519') return (await generate('ed25519', {})).privateKey;
  if (family === 'ECC') return (await generate('ec', { namedCurve: `P-${size?.slice(-3)}` })).privateKey;
  if (size === '44') return (await generate('ml-dsa-44', {})).privateKey;
  if (size === '65') return (await generate('ml-dsa-65', {})).privateKey;
  if (size === '87') return (await generate('ml-dsa-87', {})).privateKey;
  throw new Refusal('ValidationException', `1 validation error detected: '${spec}' is no key spec`);
};

/** The signing algorithms of each key spec. */
const ALGORITHMS: Readonly<Record<string, RegExp>> = {
  RSA: /^RSASSA_(PKCS1_V1_5|PSS)_SHA_(256|384|512)$/,
  ECC_NIST_P256: /^ECDSA_SHA_256$/,
  ECC_NIST_P384: /^ECDSA_SHA_384$/,
  ECC_NIST_P521: /^ECDSA_SHA_512$/,
  ECC_NIST_EDWARDS25519: /^ED25519_SHA_512$/,
  ML: /^ML_DSA_SHAKE_256$/,
};

export class KmsDouble {
  readonly region = 'ap-northeast-1';
  readonly account = '111122223333';
  readonly calls: KmsCall[] = [];
  /** Called before each operation. A result is thrown as KMS's refusal. */
  refuse: (call: KmsCall) => { name: string; status?: number } | undefined = () => undefined;
  readonly #keys = new Map<string, AsymmetricKey | SymmetricKey>();
  readonly #aliases = new Map<string, string>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request)
        .then(({ status, body }) => {
          response.writeHead(status, {
            'content-type': 'application/x-amz-json-1.1',
            'x-amzn-requestid': randomUUID(),
          });
          response.end(JSON.stringify(body));
        })
        .catch((error: unknown) => response.destroy(error as Error));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings with which an adapter calls this double. */
  get access() {
    return {
      endpoint: this.endpoint,
      region: this.region,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
      clock: Date.now,
    };
  }

  /** Creates a key as a deployment does; resolves with its ARN. */
  async create(spec: string, alias?: string, arn?: string): Promise<string> {
    const id = arn ?? `arn:aws:kms:${this.region}:${this.account}:key/${randomUUID()}`;
    this.#keys.set(
      id,
      spec === 'SYMMETRIC_DEFAULT'
        ? { kind: 'ENCRYPT_DECRYPT', spec, secret: randomBytes(32), state: 'Enabled' }
        : { kind: 'SIGN_VERIFY', spec, privateKey: await generateOfSpec(spec), state: 'Enabled' },
    );
    if (alias !== undefined) this.#aliases.set(alias, id);
    return id;
  }

  pointAlias(alias: string, arn: string): void {
    this.#aliases.set(alias, arn);
  }

  setState(arn: string, state: AsymmetricKey['state']): void {
    (this.#keys.get(arn) as AsymmetricKey).state = state;
  }

  publicKey(arn: string): Buffer {
    return spki((this.#keys.get(arn) as AsymmetricKey).privateKey);
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const target = String(request.headers['x-amz-target'] ?? '');
      const operation = /^TrentService\.(\w+)$/.exec(target)?.[1];
      if (request.method !== 'POST' || operation === undefined) {
        throw new Refusal('UnknownOperationException', 'No such operation');
      }
      const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
      if (accessKeyId === undefined) throw new Refusal('MissingAuthenticationTokenException', 'Not signed');
      const body = Buffer.concat(chunks);
      if (!(await isSigned(request, body, SECRET))) {
        throw new Refusal('InvalidSignatureException', 'Not signed by whom it names');
      }
      const input = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
      return { status: 200, body: await this.#perform(operation, input, accessKeyId) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { __type: error.name, message: error.message } };
    }
  }

  async #perform(operation: string, input: Record<string, unknown>, accessKeyId: string): Promise<unknown> {
    const asked = String(input.KeyId ?? '');
    const arn = this.#aliases.get(asked) ?? asked;
    const call: KmsCall = { operation, key: arn, input, accessKeyId };
    this.calls.push(call);
    const refusal = this.refuse(call);
    if (refusal) throw new Refusal(refusal.name, `${refusal.name} as the test wants it`, refusal.status);
    const key = this.#keys.get(arn);
    if (!key) throw new Refusal('NotFoundException', `Alias or key ${asked} is not found.`);
    if (key.state === 'Disabled') throw new Refusal('DisabledException', `${arn} is disabled.`);
    if (key.state === 'PendingDeletion')
      throw new Refusal('KMSInvalidStateException', `${arn} is pending deletion.`);
    switch (operation) {
      case 'GetPublicKey':
        return getPublicKey(arn, key);
      case 'Sign':
        return signWith(arn, key, input);
      case 'GenerateDataKeyPairWithoutPlaintext':
        return generatePair(arn, key, input);
      case 'GenerateDataKey':
        return generateDataKey(arn, key, input);
      case 'Decrypt':
        return decrypt(arn, key, input);
      default:
        throw new Refusal('UnknownOperationException', `${operation} is not done by this double`);
    }
  }
}

const spki = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' });

const bytes = (value: unknown): Buffer => Buffer.from(String(value ?? ''), 'base64');

const asymmetric = (key: AsymmetricKey | SymmetricKey, arn: string): AsymmetricKey => {
  if (key.kind === 'SIGN_VERIFY') return key;
  throw new Refusal('InvalidKeyUsageException', `${arn} key usage is ENCRYPT_DECRYPT`);
};

const symmetric = (key: AsymmetricKey | SymmetricKey, arn: string): SymmetricKey => {
  if (key.kind === 'ENCRYPT_DECRYPT') return key;
  throw new Refusal('InvalidKeyUsageException', `${arn} key usage is SIGN_VERIFY`);
};

const getPublicKey = (arn: string, found: AsymmetricKey | SymmetricKey): unknown => {
  const { spec, privateKey } = asymmetric(found, arn);
  return {
    KeyId: arn,
    KeySpec: spec,
    KeyUsage: 'SIGN_VERIFY',
    PublicKey: spki(privateKey).toString('base64'),
  };
};

const familyOf = (spec: string): string =>
  spec.startsWith('ECC') ? spec : (spec.split('_', 1)[0] as string);

const signWith = (
  arn: string,
  found: AsymmetricKey | SymmetricKey,
  input: Record<string, unknown>,
): unknown => {
  const { spec, privateKey } = asymmetric(found, arn);
  const algorithm = String(input.SigningAlgorithm);
  const type = String(input.MessageType ?? 'RAW');
  const message = bytes(input.Message);
  if (!ALGORITHMS[familyOf(spec)]?.test(algorithm)) {
    throw new Refusal('InvalidKeyUsageException', `${algorithm} does not go with ${spec}`);
  }
  const answer = (signature: Uint8Array) => ({
    KeyId: arn,
    Signature: Buffer.from(signature).toString('base64'),
    SigningAlgorithm: algorithm,
  });
  if (type === 'RAW') {
    if (message.length > MAX_MESSAGE) throw invalid('message must be at most 4096 bytes');
    return answer(signRaw(privateKey, algorithm, message));
  }
  if (type === 'DIGEST') {
    if (!/_SHA_(256|384|512)$/.test(algorithm) || algorithm.startsWith('ED25519')) {
      throw invalid(`DIGEST is not for ${algorithm}`);
    }
    if (message.length !== Number(algorithm.slice(-3)) / 8)
      throw invalid('Digest is invalid length for algorithm');
    return answer(signDigest(privateKey, algorithm, message));
  }
  if (type === 'EXTERNAL_MU' && spec.startsWith('ML_DSA')) {
    if (message.length !== 64) throw invalid('External mu must have 64 bytes');
    return answer(signMu(privateKey, spec, message));
  }
  throw invalid(`MessageType ${type} is not for ${spec}`);
};

const invalid = (message: string): Refusal => new Refusal('ValidationException', message);

const signRaw = (key: KeyObject, algorithm: string, message: Buffer): Buffer => {
  if (!/^(RSASSA|ECDSA)/.test(algorithm)) return sign(null, message, key);
  const pss = algorithm.includes('PSS');
  return sign(`sha${algorithm.slice(-3)}`, message, {
    key,
    ...(pss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
  });
};

/* Data keys, and pairs of them ---------------------------------------------------------------------------------------------- */

const contextOf = (input: Record<string, unknown>): Buffer => {
  const context = (input.EncryptionContext ?? {}) as Record<string, string>;
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
};

const generatePair = async (
  arn: string,
  found: AsymmetricKey | SymmetricKey,
  input: Record<string, unknown>,
): Promise<unknown> => {
  const sealing = symmetric(found, arn);
  const key = await generateOfSpec(String(input.KeyPairSpec));
  return {
    KeyId: arn,
    KeyPairSpec: input.KeyPairSpec,
    PublicKey: spki(key).toString('base64'),
    PrivateKeyCiphertextBlob: sealedBy(sealing, input, key.export({ format: 'der', type: 'pkcs8' })),
  };
};

const generateDataKey = (
  arn: string,
  found: AsymmetricKey | SymmetricKey,
  input: Record<string, unknown>,
): unknown => {
  if (input.KeySpec !== 'AES_256') throw invalid('KeySpec must be AES_256 here');
  const key = randomBytes(32);
  return {
    KeyId: arn,
    Plaintext: key.toString('base64'),
    CiphertextBlob: sealedBy(symmetric(found, arn), input, key),
  };
};

const sealedBy = ({ secret }: SymmetricKey, input: Record<string, unknown>, plain: Buffer): string => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(contextOf(input));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
};

const decrypt = (
  arn: string,
  found: AsymmetricKey | SymmetricKey,
  input: Record<string, unknown>,
): unknown => {
  const { secret } = symmetric(found, arn);
  const blob = bytes(input.CiphertextBlob);
  if (blob.length < 28 || blob.length > MAX_CIPHERTEXT) throw new Refusal('InvalidCiphertextException', '');
  const decipher = createDecipheriv('aes-256-gcm', secret, blob.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(contextOf(input)).setAuthTag(blob.subarray(12, 28));
  try {
    const plain = Buffer.concat([decipher.update(blob.subarray(28)), decipher.final()]);
    return { KeyId: arn, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  } catch {
    throw new Refusal('InvalidCiphertextException', '');
  }
};
