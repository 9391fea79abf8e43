import { randomBytes } from 'node:crypto';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DecryptCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { openJsonService } from '../../lib/aws/json-service.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import { openKmsKeys } from '../../lib/keys/kms.ts';
import { openKmsSealedKeys } from '../../lib/keys/kms-sealed.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openS3Calls } from '../../lib/store/s3-calls.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { type Canned, type Recorded, startRecorder } from './recorder.ts';
import { isSigned } from './signature-oracle.ts';

/**
 * What the adapters send, beside what AWS's own SDK sends for the same: method, address, headers that mean something to
 * the service, and body; and that the SDK's signer would have signed it so. What comes back is read as by the SDK.
 */

const configOf = ({ endpoint, region, credentials }: AwsAccess) => ({
  ...(endpoint !== undefined && { endpoint }),
  region,
  credentials,
  maxAttempts: 1,
  forcePathStyle: true,
});

/** Headers that only tell of the SDK, or of the connection. */
const OWN =
  /^(authorization|x-amz-date|x-amz-content-sha256|x-amz-user-agent|user-agent|amz-sdk-.*|connection|host|content-length|expect|accept|accept-encoding|transfer-encoding)$/;

const meaning = ({ method, url, headers, body }: Recorded) => {
  const { pathname, searchParams } = new URL(url, 'http://host');
  return {
    method,
    path: pathname,
    query: Object.fromEntries([...searchParams].filter(([name]) => name !== 'x-id')),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.test(name))),
    body: String(headers['content-type']).startsWith('application/x-amz-json')
      ? JSON.parse(body.toString('utf8'))
      : body,
  };
};

const SECRET = 'the-secret-key';

describe('DynamoDB', () => {
  const row = { pk: { S: 'p' }, sk: { S: 's' }, version: { N: '1' }, value: { S: '{}' } };

  it('is asked as by the SDK', async () => {
    await using recorder = await startRecorder(() => ({ body: JSON.stringify({ Item: row, Items: [row] }) }));
    const { access, asked } = recorder;
    const table = openDynamoDbTable({ table: 'rows', access, random: randomBytes });
    const key = { pk: 'p', sk: '日本\u0000' };
    const value = { text: '証 "quoted" \u2028' };
    await table.get(key);
    await table.query({ pk: 'p', prefix: 'a', limit: 3 });
    await table.query({ pk: 'p', from: 'b', descending: true, limit: 3 });
    await table.write([{ put: key, value, if: 'absent', expires: 1_800_000_000 }]);
    await table.write([{ put: key, value, if: { version: 7 } }]);
    await table.write([{ delete: key, if: { version: 7 } }]);
    await table.write([
      { put: key, value, if: 'absent' },
      { delete: { pk: 'p', sk: 'd' }, if: { version: 1 } },
      { check: { pk: 'p', sk: 'c' }, if: 'absent' },
    ]);
    await table.close();
    const ours = asked.splice(0);
    expect(ours).toHaveLength(7);

    const COMMANDS = {
      GetItem: GetItemCommand,
      Query: QueryCommand,
      PutItem: PutItemCommand,
      DeleteItem: DeleteItemCommand,
      TransactWriteItems: TransactWriteItemsCommand,
    };
    const sdk = new DynamoDBClient(configOf(access));
    for (const one of ours) {
      const operation = String(one.headers['x-amz-target']).split('.')[1] as keyof typeof COMMANDS;
      const Command = COMMANDS[operation] as unknown as new (input: object) => GetItemCommand;
      await sdk.send(new Command(JSON.parse(one.body.toString('utf8'))));
      expect(meaning(one)).toEqual(meaning(asked.pop() as Recorded));
      expect(await isSigned(one, one.body, SECRET)).toBe(true);
      expect(await isSigned(one, Buffer.concat([one.body, Buffer.from(' ')]), SECRET)).toBe(false);
    }
    sdk.destroy();
  });
});

describe('KMS', () => {
  const ARN = 'arn:aws:kms:ap-northeast-1:111122223333:key/1';
  const answers: Readonly<Record<string, object>> = {
    GetPublicKey: { KeyId: ARN, PublicKey: 'MAA=', KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    Sign: { Signature: 'MAA=' },
    Decrypt: { Plaintext: 'MAA=' },
    GenerateDataKeyPairWithoutPlaintext: { PublicKey: 'MAA=', PrivateKeyCiphertextBlob: 'AAECAw==' },
  };
  const bytes = (text: unknown) => Buffer.from(String(text), 'base64');
  const COMMANDS: Readonly<Record<string, (input: Record<string, unknown>) => unknown>> = {
    GetPublicKey: (input) => new GetPublicKeyCommand(input as never),
    Sign: (input) => new SignCommand({ ...input, Message: bytes(input.Message) } as never),
    Decrypt: (input) => new DecryptCommand({ ...input, CiphertextBlob: bytes(input.CiphertextBlob) }),
    GenerateDataKeyPairWithoutPlaintext: (input) =>
      new GenerateDataKeyPairWithoutPlaintextCommand(input as never),
  };

  it('is asked as by the SDK', async () => {
    await using recorder = await startRecorder(({ headers }) => ({
      body: JSON.stringify(answers[String(headers['x-amz-target']).split('.')[1] ?? '']),
    }));
    await using rows = await openTemporaryTable();
    const { access, asked } = recorder;
    const keys = openKmsKeys({
      access,
      random: randomBytes,
      aliasPrefix: 'akashi',
      algorithmOf: () => 'ecdsa-p256-sha256',
    });
    await (await keys.open('organisation-1')).sign(Buffer.from('TBS'));
    const sealed = openKmsSealedKeys({ access, random: randomBytes, table: rows.table, sealingKey: ARN });
    await sealed.create('ocsp-1', 'ecdsa-p256-sha256');
    await expect(sealed.open('ocsp-1')).rejects.toMatchObject({ code: 'key-store-damaged' });
    const ours = asked.splice(0);
    expect(ours).toHaveLength(4);

    const sdk = new KMSClient(configOf(access));
    for (const one of ours) {
      const operation = String(one.headers['x-amz-target']).split('.')[1] ?? '';
      const command = COMMANDS[operation]?.(JSON.parse(one.body.toString('utf8')));
      await sdk.send(command as GetPublicKeyCommand);
      expect(meaning(one)).toEqual(meaning(asked.pop() as Recorded));
      expect(await isSigned(one, one.body, SECRET)).toBe(true);
    }
    sdk.destroy();
  });
});

describe('S3', () => {
  const LISTING =
    '<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated><Contents><Key>a/b&amp;c &#x65E5;&#26412;</Key><Size>1</Size></Contents><Contents><Key>z</Key></Contents></ListBucketResult>';

  it('is asked as by the SDK, and its list read so', async () => {
    await using recorder = await startRecorder(({ method, url }) => ({
      status: method === 'DELETE' ? 204 : 200,
      headers: { etag: '"e"' },
      body: url.includes('list-type') ? LISTING : '',
    }));
    const { access, asked } = recorder;
    const s3 = openS3Calls('bucket', access);
    const body = Buffer.from('CRL');
    await s3.get('crl/organisation-1/full.crl');
    await s3.head('a.b_c-d');
    await s3.put('a', body, {
      'if-none-match': '*',
      'x-amz-meta-write-token': 't',
      'content-type': 'application/x',
    });
    await s3.put('a', body, { 'if-match': '"e"', 'content-type': 'application/x' });
    await s3.delete('reports/annual/2026-1-0a.json');
    const listing = await s3.list('log/tile', 2, 'log/tile/0');
    await s3.list('', 2, undefined);
    s3.close();
    const ours = asked.splice(0);

    const sdk = new S3Client(configOf(access));
    const at = { Bucket: 'bucket', Key: 'a' };
    const put = { ...at, Body: body, ChecksumAlgorithm: 'SHA256', ContentType: 'application/x' } as const;
    await sdk.send(new GetObjectCommand({ ...at, Key: 'crl/organisation-1/full.crl' }));
    await sdk.send(new HeadObjectCommand({ ...at, Key: 'a.b_c-d' }));
    await sdk.send(new PutObjectCommand({ ...put, IfNoneMatch: '*', Metadata: { 'write-token': 't' } }));
    await sdk.send(new PutObjectCommand({ ...put, IfMatch: '"e"' }));
    await sdk.send(new DeleteObjectCommand({ ...at, Key: 'reports/annual/2026-1-0a.json' }));
    const list = { Bucket: 'bucket', MaxKeys: 2 };
    const read = await sdk.send(
      new ListObjectsV2Command({ ...list, Prefix: 'log/tile', StartAfter: 'log/tile/0' }),
    );
    await sdk.send(new ListObjectsV2Command({ ...list, Prefix: '' }));
    sdk.destroy();

    const withoutHint = (one: Recorded) => {
      const { headers, path, ...rest } = meaning(one);
      const { 'x-amz-sdk-checksum-algorithm': _, ...others } = headers;
      return { ...rest, path: path.replace(/\/$/, ''), headers: others };
    };
    expect(ours.map(withoutHint)).toEqual(asked.map(withoutHint));
    for (const one of ours) expect(await isSigned(one, one.body, SECRET)).toBe(true);
    expect(listing).toEqual({
      keys: read.Contents?.map(({ Key }) => Key),
      truncated: read.IsTruncated,
    });
  });
});

describe('a refusal', () => {
  it.each<[string, Canned]>([
    ['with a namespace', { body: '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}' }],
    ['without one', { body: '{"__type":"AccessDeniedException","message":"no"}' }],
    [
      'with a suffix, in a header',
      {
        headers: { 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/coral/' },
        body: '{}',
      },
    ],
    [
      'in a header with another member',
      { headers: { 'x-amzn-errortype': 'Left' }, body: '{"__type":"a#Right"}' },
    ],
    ['by code', { body: '{"code":"SlowDown"}' }],
    ['of the server', { status: 500, body: '{"__type":"InternalServerError"}' }],
  ])('is called what the SDK calls it: %s', async (_name, canned) => {
    await using recorder = await startRecorder(() => ({ status: 400, ...canned }));
    const { access } = recorder;
    const named = (error: unknown) => (error as Error).name;
    const sdk = new DynamoDBClient(configOf(access));
    const theirs = await sdk
      .send(new GetItemCommand({ TableName: 't', Key: {} }))
      .then(() => 'no refusal', named);
    const service = openJsonService<{ GetItem: { input: object; output: object } }>(
      { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' },
      access,
      { connectMs: 1000, answerMs: 1000, maxBytes: 1000 },
    );
    expect(await service.call('GetItem', {}).then(() => 'none', named)).toBe(theirs);
    sdk.destroy();
    service.close();
  });
});
