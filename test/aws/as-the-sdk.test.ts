import { randomBytes } from 'node:crypto';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { openJsonService } from '../../lib/aws/json-service.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import { openKmsLeanCalls } from '../../lib/keys/kms-lean-calls.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbLeanCalls } from '../../lib/store/dynamodb-lean-calls.ts';
import { type Canned, type Recorded, startRecorder } from './recorder.ts';
import { isSigned } from './signature-oracle.ts';

/**
 * Compares the requests of the lean client with those of AWS's own SDK for the same call: method, address, headers that
 * mean something to the service, body, and the signature. The client must also read refusals as the SDK does.
 */

const configOf = ({ endpoint, region, credentials }: AwsAccess) => ({
  ...(endpoint !== undefined && { endpoint }),
  region,
  credentials,
  maxAttempts: 1,
});

/** Headers that only describe the SDK or the connection. */
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
    const calls = openDynamoDbLeanCalls(access, randomBytes);
    const table = openDynamoDbTable({ table: 'rows', calls, random: randomBytes });
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
  it('is asked as by the SDK', async () => {
    await using recorder = await startRecorder(() => ({ body: JSON.stringify({ Plaintext: 'MAA=' }) }));
    const { access, asked } = recorder;
    const input = {
      KeyId: 'arn:aws:kms:ap-northeast-1:111122223333:key/1',
      CiphertextBlob: Buffer.from('sealed'),
      EncryptionContext: { 'responder-key': 'ocsp-1', algorithm: 'ecdsa-p256-sha256' },
    };
    const opened = await openKmsLeanCalls({ access, random: randomBytes }).decrypt(input);
    expect(opened.Plaintext).toEqual(Buffer.from('MAA=', 'base64'));
    const ours = asked.pop() as Recorded;

    const sdk = new KMSClient(configOf(access));
    await sdk.send(new DecryptCommand(input));
    sdk.destroy();
    expect(meaning(ours)).toEqual(meaning(asked.pop() as Recorded));
    expect(await isSigned(ours, ours.body, SECRET)).toBe(true);
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
