import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { openDynamoDbTable } from '../../../lib/store/dynamodb.ts';
import { openDynamoDbLeanCalls } from '../../../lib/store/dynamodb-lean-calls.ts';
import { openS3Bucket, type S3Bucket } from '../../../lib/store/s3.ts';
import type { Table } from '../../../lib/store/store.ts';
import { KmsDouble, SECRET } from '../../aws/kms-double.ts';
import { isSigned, isSignedInQuery } from '../../aws/signature-oracle.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../../store/dynamodb-local.ts';
import { startS3Emulator } from '../../store/s3-emulator.ts';
import type { Call, Iam } from './iam.ts';
import type { Deployed } from './template.ts';

/**
 * DynamoDB Local, an S3 emulator, and doubles of KMS, Secrets Manager and Cognito, each behind a gate that asks IAM first. Each function has its own
 * access key, which tells the caller. A call that is not allowed, or not signed as the AWS SDK would sign it, is refused
 * as AWS refuses it.
 */
export interface Cloud {
  /** The environment that makes a function call this cloud. */
  environment(functionId: string): Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  readonly denied: readonly Call[];
  /** A bucket as seen by a service of AWS that delivers into it. */
  bucketOf(bucket: string): S3Bucket;
  /** The table of rows as seen by somebody who writes to it without any function. */
  readonly table: Table;
  /** Another table, by a part of its name. */
  tableOf(name: string): Table;
  /** Every item of every table, as DynamoDB has it. */
  items(): Promise<readonly { readonly table: string; readonly item: Attributes }[]>;
  /** From now on Secrets Manager fails with an internal error, or answers again. */
  breakSecrets(broken: boolean): void;
  /** From now on KMS fails at these operations with an internal error. */
  breakKms(when: ((operation: string) => boolean) | undefined): void;
  /** The users of the user pool by name, and whether they are enabled. */
  readonly users: Map<string, boolean>;
  /** From now on Cognito throttles these operations. */
  breakUsers(when: ((operation: string) => boolean) | undefined): void;
  /** The messages that wait in a queue whose name has this part, one for each group, as a queue hands them out. */
  readonly messages: (queue: string) => readonly Message[];
  /** From now on S3 refuses these methods with a permanent error. */
  breakS3(when: ((method: string) => boolean) | undefined): void;
  stop(): Promise<void>;
}

/** A message of a FIFO queue. */
export interface Message {
  readonly id: string;
  readonly group: string;
  readonly body: string;
  /** It was handled. */
  delete(): void;
}

export const accessKeyOf = (functionId: string): string => `AKIA.${functionId}`;

const callerOfKey = (accessKeyId: string | undefined): string =>
  /^AKIA\.([\w-]+)$/.exec(accessKeyId ?? '')?.[1] ?? 'nobody';

const callerOf = ({ headers }: IncomingMessage): string =>
  /Credential=AKIA\.([\w-]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'nobody';

export const startCloud = async (
  deployed: Deployed,
  iam: Iam,
  names: {
    /** The buckets whose objects are under the data key, and those under S3's own key. */
    readonly buckets: readonly string[];
    readonly plainBuckets: readonly string[];
    readonly dataKey: string;
  },
): Promise<Cloud> => {
  const calls: Call[] = [];
  const denied: Call[] = [];
  const { region } = deployed;

  const ask = (call: Call): boolean => {
    calls.push(call);
    if (iam.allows(call)) return true;
    denied.push(call);
    return false;
  };
  /** Whether a service may use a key on its caller's behalf. */
  const viaService = (caller: string, service: string, key: string, actions: readonly string[]): boolean =>
    actions.every((action) =>
      ask({
        caller,
        action,
        resource: key,
        context: { 'kms:ViaService': [`${service}.${region}.amazonaws.com`] },
      }),
    );

  let brokenSecrets = false;
  const secrets = await startSecretsGate(() => brokenSecrets, ask);
  let brokenUsers: ((operation: string) => boolean) | undefined;
  const users = new Map<string, boolean>();
  const cognito = await startCognito(deployed, users, (operation) => brokenUsers?.(operation) === true, ask);
  const sqs = await startSqs(deployed, ask);
  let broken: ((operation: string) => boolean) | undefined;
  const kms = await startKms(deployed, ask, (operation) => broken?.(operation) === true);
  const engine = await startDynamoDbLocal();
  for (const table of deployed.tables.keys()) await engine.createTable(table);
  const dynamodb = await startDynamoDbGate(engine, deployed, ask, (caller, table) =>
    viaService(caller, 'dynamodb', deployed.tables.get(table) ?? '', ['kms:Decrypt']),
  );
  const objects = new Map(
    await Promise.all(
      [...names.buckets, ...names.plainBuckets].map(
        async (bucket) => [bucket, await startS3Emulator(bucket)] as const,
      ),
    ),
  );
  let brokenS3: ((method: string) => boolean) | undefined;
  const s3 = await startS3Gate(
    (method) => brokenS3?.(method) === true,
    (bucket) => objects.get(bucket)?.access.endpoint,
    ask,
    (caller, bucket, actions) =>
      names.plainBuckets.includes(bucket) || viaService(caller, 's3', names.dataKey, actions),
  );

  const tableOf = (part: string): Table =>
    openDynamoDbTable({
      table: [...deployed.tables.keys()].find((name) => name.includes(part)) ?? '',
      calls: openDynamoDbLeanCalls(engine.access, randomBytes),
      random: randomBytes,
    });

  return {
    calls,
    denied,
    items: async () =>
      (await Promise.all([...deployed.tables.keys()].map((table) => dynamodb.scan(table)))).flat(),
    table: tableOf([...deployed.tables.keys()][0] ?? ''),
    tableOf,
    users,
    breakUsers: (when) => {
      brokenUsers = when;
    },
    breakS3: (when) => {
      brokenS3 = when;
    },
    messages: sqs.messages,
    bucketOf: (bucket) => {
      const emulator = objects.get(bucket);
      if (!emulator) throw new Error(`There is no bucket ${bucket}.`);
      return openS3Bucket({ bucket, access: emulator.access, random: randomBytes });
    },
    breakSecrets: (now) => {
      brokenSecrets = now;
    },
    breakKms: (when) => {
      broken = when;
    },
    environment: (functionId) => ({
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyOf(functionId),
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_KMS: kms.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    }),
    stop: async () => {
      const emulators = [...objects.values()].map((emulator) => emulator.stop());
      await Promise.all([
        dynamodb.stop(),
        s3.stop(),
        kms.stop(),
        secrets.stop(),
        cognito.stop(),
        sqs.stop(),
        engine.stop(),
        ...emulators,
      ]);
    },
  };
};

/* Secrets Manager --------------------------------------------------------------------------------------------------- */

/** The text of a secret, as Secrets Manager would have made it: of 48 letters and digits, and different for each. */
export const secretText = (arn: string): string =>
  createHash('sha256').update(arn).digest('hex').slice(0, 48);

const startSecretsGate = (isBroken: () => boolean, ask: (call: Call) => boolean) =>
  serve(async (incoming, body) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const { SecretId = '' } = JSON.parse(body.toString('utf8')) as { SecretId?: string };
    const caller = callerOf(incoming);
    if (isBroken()) return { ...refusal('InternalServiceError', 'broken'), status: 500 };
    if (!(await isSigned(incoming, body, SECRET))) return refusal('InvalidSignatureException', caller);
    return ask({ caller, action: `secretsmanager:${operation}`, resource: SecretId, context: {} })
      ? { status: 200, body: JSON.stringify({ ARN: SecretId, SecretString: secretText(SecretId) }) }
      : refusal('AccessDeniedException', `${caller} may not read ${SecretId}`);
  });

/* Cognito ----------------------------------------------------------------------------------------------------------- */

const startCognito = (
  { region, account }: Deployed,
  users: Map<string, boolean>,
  isBroken: (operation: string) => boolean,
  ask: (call: Call) => boolean,
) =>
  serve(async (incoming, body) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const { UserPoolId = '', Username = '' } = JSON.parse(body.toString('utf8')) as Record<string, string>;
    const caller = callerOf(incoming);
    if (!(await isSigned(incoming, body, SECRET))) return refusal('InvalidSignatureException', caller);
    const resource = `arn:aws:cognito-idp:${region}:${account}:userpool/${UserPoolId}`;
    if (!ask({ caller, action: `cognito-idp:${operation}`, resource, context: {} }))
      return refusal('AccessDeniedException', `${caller} may not ${operation}`);
    if (isBroken(operation)) return refusal('TooManyRequestsException', 'slow down');
    const isThere = users.has(Username);
    if (operation === 'AdminCreateUser' && isThere)
      return refusal('UsernameExistsException', 'there already');
    if (operation !== 'AdminCreateUser' && !isThere) return refusal('UserNotFoundException', 'nobody');
    if (operation === 'AdminCreateUser' || operation === 'AdminEnableUser') users.set(Username, true);
    if (operation === 'AdminDisableUser') users.set(Username, false);
    const answer = operation === 'AdminGetUser' ? { Username, Enabled: users.get(Username) } : {};
    return { status: 200, body: JSON.stringify(answer) };
  });

/* SQS --------------------------------------------------------------------------------------------------------------- */

/** FIFO queues: a message with an id that was seen is not taken again, and a group has one message out at a time. */
const startSqs = async ({ region, account }: Deployed, ask: (call: Call) => boolean) => {
  const waiting: { queue: string; id: string; group: string; body: string }[] = [];
  const seen = new Set<string>();
  const gate = await serve(async (incoming, body) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const {
      QueueUrl = '',
      MessageBody = '',
      MessageGroupId = '',
      MessageDeduplicationId = '',
    } = JSON.parse(body.toString('utf8')) as Record<string, string>;
    const caller = callerOf(incoming);
    if (!(await isSigned(incoming, body, SECRET))) return refusal('InvalidSignatureException', caller);
    const resource = `arn:aws:sqs:${region}:${account}:${QueueUrl}`;
    if (operation !== 'SendMessage' || !ask({ caller, action: `sqs:${operation}`, resource, context: {} }))
      return refusal('AccessDeniedException', `${caller} may not ${operation}`);
    const id = randomBytes(16).toString('hex');
    const once = `${QueueUrl} ${MessageDeduplicationId}`;
    if (!seen.has(once)) waiting.push({ queue: QueueUrl, id, group: MessageGroupId, body: MessageBody });
    seen.add(once);
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    return { status: 200, body: JSON.stringify({ MessageId: id, MD5OfMessageBody }) };
  });
  const messages = (part: string): readonly Message[] => {
    const ofGroups = new Map(
      waiting
        .filter(({ queue }) => queue.includes(part))
        .reverse()
        .map((one) => [one.group, one] as const),
    );
    return [...ofGroups.values()].map((one) => ({
      id: one.id,
      group: one.group,
      body: one.body,
      delete: () => {
        waiting.splice(waiting.indexOf(one), 1);
      },
    }));
  };
  return { ...gate, messages };
};

/* KMS -------------------------------------------------------------------------------------------------------------- */

const startKms = async (
  deployed: Deployed,
  ask: (call: Call) => boolean,
  isBroken: (operation: string) => boolean,
): Promise<KmsDouble> => {
  const kms = new KmsDouble();
  const aliasOf = new Map([...deployed.aliases].map(([alias, arn]) => [arn, alias]));
  await Promise.all(deployed.keys.map(({ arn, spec }) => kms.create(spec, aliasOf.get(arn), arn)));
  kms.refuse = ({ operation, key, input, accessKeyId }) => {
    if (isBroken(operation)) return { name: 'KMSInternalException', status: 500 };
    const context: Record<string, readonly string[]> = {};
    if (input.SigningAlgorithm !== undefined)
      context['kms:SigningAlgorithm'] = [String(input.SigningAlgorithm)];
    if (input.MessageType !== undefined) context['kms:MessageType'] = [String(input.MessageType)];
    for (const [name, value] of Object.entries((input.EncryptionContext ?? {}) as Record<string, string>)) {
      context[`kms:EncryptionContext:${name}`] = [value];
    }
    context['kms:EncryptionContextKeys'] = Object.keys(input.EncryptionContext ?? {});
    const caller = /^AKIA\.([\w-]+)$/.exec(accessKeyId ?? '')?.[1] ?? 'nobody';
    return ask({ caller, action: `kms:${operation}`, resource: key, context })
      ? undefined
      : { name: 'AccessDeniedException', status: 400 };
  };
  return kms.start();
};

/* A gate ------------------------------------------------------------------------------------------------------------- */

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

const serve = async (answer: (incoming: IncomingMessage, body: Buffer) => Promise<Answer>) => {
  const server: Server = createServer(async (incoming, outgoing) => {
    try {
      const { status, headers = {}, body } = await answer(incoming, await buffer(incoming));
      outgoing.writeHead(status, headers as Record<string, string>);
      outgoing.end(incoming.method === 'HEAD' ? undefined : body);
    } catch (error) {
      outgoing.destroy(error as Error);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const forward = (
  endpoint: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> => request(`${endpoint}${url}`, method ?? '', { ...headers }, body);

const request = (
  url: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body: Buffer | string,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const onward = httpRequest(
      url,
      { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        buffer(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
          reject,
        );
      },
    );
    onward.on('error', reject);
    onward.end(body);
  });

/* DynamoDB ----------------------------------------------------------------------------------------------------------- */

export type Attributes = Record<string, { S?: string; N?: string }>;
interface Write {
  TableName: string;
  Item?: Attributes;
  Key?: Attributes;
  ConditionExpression?: string;
  ExpressionAttributeValues?: Attributes;
}
type TransactItem = { Put?: Write; Delete?: Write; ConditionCheck?: Write };

const ACTION_OF_WRITE = {
  Put: 'PutItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

/** DynamoDB Local is the engine of 2020, which takes ten writes in a transaction. */
const MAX_ENGINE_WRITES = 10;

const startDynamoDbGate = async (
  engine: DynamoDbLocal,
  { region, account }: Deployed,
  ask: (call: Call) => boolean,
  byKey: (caller: string, table: string) => boolean,
) => {
  const { endpoint } = engine.access;
  // DynamoDB Local keeps a database for each access key and Region, so all calls get the same ones.
  const authorization = `AWS4-HMAC-SHA256 Credential=${engine.access.credentials.accessKeyId}/20261122/${engine.access.region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;

  const partsOf = (
    operation: string,
    input: Record<string, unknown>,
  ): { action: string; table: string; pk: string }[] => {
    if (operation === 'TransactWriteItems') {
      return (input.TransactItems as TransactItem[]).map((item) => {
        const [[kind, write]] = Object.entries(item) as [[keyof typeof ACTION_OF_WRITE, Write]];
        return {
          action: ACTION_OF_WRITE[kind],
          table: write.TableName,
          pk: (write.Item ?? write.Key)?.pk?.S ?? '',
        };
      });
    }
    const pk =
      operation === 'Query'
        ? (input.ExpressionAttributeValues as Attributes)[':pk']?.S
        : ((input.Item ?? input.Key) as Attributes)?.pk?.S;
    return [{ action: operation, table: String(input.TableName), pk: pk ?? '' }];
  };

  const send = async (operation: string, input: unknown): Promise<Answer> => {
    const given = {
      authorization,
      'accept-encoding': 'identity',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20261122T000000Z',
    };
    const { status, headers, body } = await request(endpoint, 'POST', given, JSON.stringify(input));
    const checksum = headers?.['x-amz-crc32'];
    return {
      status,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        ...(checksum !== undefined && { 'x-amz-crc32': checksum }),
      },
      body,
    };
  };

  const conditionHolds = async (write: Write): Promise<boolean> => {
    const key = { pk: (write.Item ?? write.Key)?.pk, sk: (write.Item ?? write.Key)?.sk };
    const answer = await send('GetItem', { TableName: write.TableName, Key: key, ConsistentRead: true });
    const { Item } = JSON.parse(String(answer.body)) as { Item?: Attributes };
    if (write.ConditionExpression === 'attribute_not_exists(pk)') return Item === undefined;
    return Item?.version?.N === write.ExpressionAttributeValues?.[':expected']?.N;
  };

  /** Writes in pieces, after a check of all conditions. Others may write between, so this is for tests of grants only. */
  const inPieces = async (items: readonly TransactItem[]): Promise<Answer> => {
    const holds = await Promise.all(
      items.map((item) => conditionHolds((item.Put ?? item.Delete ?? item.ConditionCheck) as Write)),
    );
    if (holds.includes(false)) {
      const reasons = holds.map((held) => ({ Code: held ? 'None' : 'ConditionalCheckFailed' }));
      return refusal('TransactionCanceledException', 'Transaction cancelled', {
        CancellationReasons: reasons,
      });
    }
    let last: Answer = { status: 200, body: '{}' };
    for (let at = 0; at < items.length; at += MAX_ENGINE_WRITES) {
      last = await send('TransactWriteItems', { TransactItems: items.slice(at, at + MAX_ENGINE_WRITES) });
      if (last.status !== 200) return last;
    }
    return last;
  };

  const scan = async (table: string): Promise<readonly { table: string; item: Attributes }[]> => {
    const found: Attributes[] = [];
    let start: unknown;
    do {
      const answer = await send('Scan', {
        TableName: table,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      const { Items, LastEvaluatedKey } = JSON.parse(String(answer.body)) as {
        Items: Attributes[];
        LastEvaluatedKey?: unknown;
      };
      found.push(...Items);
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return found.map((item) => ({ table, item }));
  };

  const gate = await serve(async (incoming, body) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const input = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    const caller = callerOf(incoming);
    if (!(await isSigned(incoming, body, SECRET))) return refusal('InvalidSignatureException', caller);
    const parts = partsOf(operation, input);
    const allowed = parts.every(({ action, table, pk }) =>
      ask({
        caller,
        action: `dynamodb:${action}`,
        resource: `arn:aws:dynamodb:${region}:${account}:table/${table}`,
        context: { 'dynamodb:LeadingKeys': [pk] },
      }),
    );
    const tables = [...new Set(parts.map(({ table }) => table))];
    if (!allowed || !tables.every((table) => byKey(caller, table))) {
      return refusal('AccessDeniedException', `${caller} may not ${operation}`);
    }
    const items = input.TransactItems as TransactItem[] | undefined;
    if (items && items.length > MAX_ENGINE_WRITES) return inPieces(items);
    return send(operation, input);
  });
  return { ...gate, scan };
};

const refusal = (name: string, message: string, more: Record<string, unknown> = {}): Answer => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${name}`,
    message,
    Message: message,
    ...more,
  }),
});

/* S3 ------------------------------------------------------------------------------------------------------------------ */

const startS3Gate = (
  isBroken: (method: string) => boolean,
  endpointOf: (bucket: string) => string | undefined,
  ask: (call: Call) => boolean,
  byKey: (caller: string, bucket: string, actions: readonly string[]) => boolean,
) => {
  const forbidden: Answer = {
    status: 403,
    headers: {
      'content-type': 'application/xml',
      'x-amz-request-id': createHash('md5').update('x').digest('hex'),
    },
    body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  };
  return serve(async (incoming, body) => {
    const { method = '' } = incoming;
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://s3');
    const inQuery = searchParams.get('X-Amz-Credential');
    const caller = inQuery === null ? callerOf(incoming) : callerOfKey(inQuery.split('/')[0]);
    const signed =
      inQuery === null ? await isSigned(incoming, body, SECRET) : await isSignedInQuery(incoming, SECRET);
    if (!signed) return forbidden;
    const [, bucket = '', ...segments] = pathname.split('/');
    const endpoint = endpointOf(bucket);
    if (endpoint === undefined) return forbidden;
    const key = decodeURIComponent(segments.join('/'));
    const call = (action: string, resource: string, context: Call['context'] = {}): Call => ({
      caller,
      action,
      resource,
      context,
    });
    const listing = () =>
      ask(
        call('s3:ListBucket', `arn:aws:s3:::${bucket}`, {
          ...(searchParams.has('prefix') && { 's3:prefix': [searchParams.get('prefix') ?? ''] }),
        }),
      );
    if (key === '') return listing() ? forward(endpoint, incoming, body) : forbidden;
    // To begin, continue or complete a multipart upload takes the right to put an object.
    const writes = method === 'PUT' || method === 'POST';
    const aborts = method === 'DELETE' && searchParams.has('uploadId');
    const action = aborts
      ? 's3:AbortMultipartUpload'
      : method === 'DELETE'
        ? 's3:DeleteObject'
        : writes
          ? 's3:PutObject'
          : 's3:GetObject';
    if (!ask(call(action, `arn:aws:s3:::${bucket}/${key}`))) return forbidden;
    const keyActions = writes ? ['kms:GenerateDataKey', 'kms:Decrypt'] : ['kms:Decrypt'];
    if (method !== 'DELETE' && !byKey(caller, bucket, keyActions)) return forbidden;
    if (isBroken(method)) return { status: 400, body: '<Error><Code>InvalidRequest</Code></Error>' };
    const answer = await forward(endpoint, incoming, body);
    // A caller who may not list gets 403 for a missing object, not 404.
    if (method === 'GET' && answer.status === 404 && !listing()) return forbidden;
    return answer;
  });
};
