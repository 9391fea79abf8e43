import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { NoAnswer, Refusal } from '../../lib/aws/outcome.ts';
import { asked, clientSettings, type SdkAccess } from '../../lib/aws/sdk.ts';
import { openKmsKeys } from '../../lib/keys/kms.ts';
import { openKmsSdkCalls } from '../../lib/keys/kms-sdk-calls.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import { startRecorder } from './recorder.ts';

/** How the SDK's errors are translated, and how the adapters treat failures that only AWS itself can produce. */

const access: SdkAccess = {
  region: 'ap-northeast-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-key', sessionToken: 'the-token' },
};

const failureAt = async (at: SdkAccess, limits = { connectMs: 300, answerMs: 600 }): Promise<unknown> => {
  const client = new DynamoDBClient({ ...clientSettings({ ...access, ...at }, limits), maxAttempts: 1 });
  try {
    return await asked(client.send(new PutItemCommand({ TableName: 't', Item: { pk: { S: 'p' } } })));
  } catch (error) {
    return error;
  } finally {
    client.destroy();
  }
};

describe('an error of the SDK', () => {
  it('is a Refusal if the service refused, with its name, status and members', async () => {
    await using recorder = await startRecorder(() => ({
      status: 400,
      body: JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }],
      }),
    }));
    const error = await failureAt(recorder.access);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({
      name: 'TransactionCanceledException',
      status: 400,
      members: { CancellationReasons: [{ Code: 'None' }] },
    });
  });

  it.each([
    [200, '{"a":'],
    [502, '<html>'],
  ])('is NoAnswer where the answer is not of the protocol (%i %s)', async (status, body) => {
    await using recorder = await startRecorder(() => ({ status, body }));
    const error = await failureAt(recorder.access);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ reason: 'MalformedAnswer', sent: true });
  });

  it('is NoAnswer if no answer comes in time', async () => {
    await using recorder = await startRecorder(() => undefined);
    expect(await failureAt(recorder.access)).toMatchObject({ reason: 'ETIMEDOUT', sent: true });
  });

  it('is NoAnswer if the body stops coming', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a":');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failureAt({ endpoint })).toMatchObject({ name: 'NoAnswer', sent: true });
    server.close();
  });

  it('says that nothing was sent if there was no connection', async () => {
    expect(await failureAt({ endpoint: 'http://127.0.0.1:1' })).toMatchObject({
      reason: 'ECONNREFUSED',
      sent: false,
    });
  });

  it('tells no secret', async () => {
    await using refusing = await startRecorder(() => ({ status: 403, body: '{"__type":"AccessDenied"}' }));
    await using silent = await startRecorder(() => undefined);
    for (const at of [refusing.access, silent.access, { endpoint: 'http://127.0.0.1:1' }]) {
      const error = await failureAt(at);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(
        /the-secret-key|the-(session-)?token|Signature=/,
      );
    }
  });
});

describe('without settings that the SDK needs', () => {
  /** In a process with nothing of AWS around it. */
  const faultOf = (env: Readonly<Record<string, string>>): unknown => {
    const home = mkdtempSync(join(tmpdir(), 'no-aws-'));
    const module = new URL('../../lib/store/dynamodb-sdk-calls.ts', import.meta.url).href;
    const script = `
      const { openDynamoDbSdkCalls } = await import('${module}');
      const calls = openDynamoDbSdkCalls();
      await calls.putItem({ TableName: 't', Item: {}, ConditionExpression: 'x' }).catch(({ name, code, message }) => {
        console.log(JSON.stringify({ name, code, message }));
      });`;
    try {
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...env },
        encoding: 'utf8',
      });
      return JSON.parse(said);
    } finally {
      rmSync(home, { recursive: true });
    }
  };

  it('a Region: one fault says what to set', () => {
    expect(faultOf({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' })).toEqual({
      name: 'Fault',
      code: 'configuration-invalid',
      message: 'No AWS Region is set; set AWS_REGION.',
    });
  });

  it('credentials: one fault says what to set', () => {
    expect(faultOf({ AWS_REGION: 'ap-northeast-1' })).toEqual({
      name: 'Fault',
      code: 'configuration-invalid',
      message:
        'No AWS credentials were found; give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    });
  });
});

describe('failures that no emulator produces', () => {
  let mocks: { restore(): void }[] = [];
  const mocked = <T extends { restore(): void }>(mock: T): T => {
    mocks.push(mock);
    return mock;
  };
  afterEach(() => {
    for (const mock of mocks) mock.restore();
    mocks = [];
  });

  const refusal = (name: string, more: object = {}, status = 400) =>
    Object.assign(new Error(name), {
      name,
      $fault: status >= 500 ? 'server' : 'client',
      $metadata: { httpStatusCode: status },
      ...more,
    });
  const table = () =>
    openDynamoDbTable({ table: 't', calls: openDynamoDbSdkCalls(access), random: (n) => new Uint8Array(n) });
  const key = { pk: 'p', sk: 's' };
  const putAbsent = { put: key, value: {}, if: 'absent' } as const;
  const transaction = [putAbsent, { check: { pk: 'p', sk: 'c' }, if: 'absent' }] as const;

  it.each([['ProvisionedThroughputExceededException'], ['ThrottlingException'], ['RequestLimitExceeded']])(
    'a put that %s stopped is put again, and a failed condition is then certain',
    async (name) => {
      const dynamoDb = mocked(mockClient(DynamoDBClient));
      dynamoDb
        .on(PutItemCommand)
        .rejectsOnce(refusal(name))
        .rejects(refusal('ConditionalCheckFailedException'));
      await expect(table().write([putAbsent])).rejects.toMatchObject({ code: 'condition-failed' });
      expect(dynamoDb.calls()).toHaveLength(2);
    },
  );

  it('a transaction that conflicts with another is sent again with the same token', async () => {
    const dynamoDb = mocked(mockClient(DynamoDBClient));
    dynamoDb
      .on(TransactWriteItemsCommand)
      .rejectsOnce(
        refusal('TransactionCanceledException', {
          CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
        }),
      )
      .resolves({});
    await table().write(transaction);
    const tokens = dynamoDb
      .commandCalls(TransactWriteItemsCommand)
      .map(({ args: [{ input }] }) => input.ClientRequestToken);
    expect(tokens).toEqual([tokens[0], tokens[0]]);
  });

  it('an internal error leaves open whether a put was done', async () => {
    const dynamoDb = mocked(mockClient(DynamoDBClient));
    dynamoDb
      .on(PutItemCommand)
      .rejectsOnce(refusal('InternalServerError', {}, 500))
      .rejects(refusal('ConditionalCheckFailedException'));
    dynamoDb.on(GetItemCommand).resolves({});
    await expect(table().write([putAbsent])).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('an expired credential is final', async () => {
    const dynamoDb = mocked(mockClient(DynamoDBClient));
    dynamoDb.rejects(refusal('ExpiredTokenException'));
    await expect(table().write([putAbsent])).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(table().get(key)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(dynamoDb.calls()).toHaveLength(2);
    const kms = mocked(mockClient(KMSClient));
    kms.rejects(refusal('ExpiredTokenException'));
    const keys = openKmsKeys({
      calls: openKmsSdkCalls({ access }),
      aliasPrefix: 'akashi',
      algorithmOf: () => 'ecdsa-p256-sha256',
    });
    await expect(keys.open('a')).rejects.toMatchObject({
      code: 'unknown-key',
      facts: { reason: 'ExpiredTokenException' },
    });
  });

  it('an answer of KMS that lacks its result is store-unavailable', async () => {
    const kms = mocked(mockClient(KMSClient));
    kms.resolves({});
    const keys = openKmsKeys({
      calls: openKmsSdkCalls({ access }),
      aliasPrefix: 'akashi',
      algorithmOf: () => 'ecdsa-p256-sha256',
    });
    await expect(keys.open('a')).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('an error that is of neither kind is not taken for an answer', async () => {
    expect(await asked(Promise.reject(new TypeError('x'))).catch((error: unknown) => error)).toBeInstanceOf(
      TypeError,
    );
  });
});
