import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import { pageOf, queryScope, writeCursor } from './cursor.ts';
import { type CheckedWrite, checkKey, checkQuery, checkWrites, conditionFailed } from './limits.ts';
import { asRetryable, Retryable, retrying, singleAttempt, storeUnavailable } from './retry.ts';
import type { Item, Key, Page, Query, Table, Value, Write } from './store.ts';

/**
 * A Table on one DynamoDB table of the shape in dynamodb-schema.ts. Attributes: `pk`, `sk`, `version` (N), `value`
 * (the JSON as S), `expires` (N, optional) and `token` (S): who wrote the row, so that a put which is repeated after
 * an answer was lost recognises its own work. All reads are strongly consistent.
 *
 * `client` is the SDK's configuration (region, endpoint, credentials); attempts and time limits are set here.
 */
export const openDynamoDbTable = (options: {
  readonly table: string;
  readonly client: DynamoDBClientConfig;
  readonly random: Random;
}): Table =>
  new DynamoDbTable(
    options.table,
    { ...singleAttempt(REQUEST_MS), ...options.client, maxAttempts: 1 },
    options.random,
  );

const REQUEST_MS = 5_000;

type Row = Record<string, AttributeValue>;

class DynamoDbTable implements Table {
  readonly #table: string;
  readonly #client: DynamoDBClient;
  readonly #random: Random;
  readonly #writing = new Set<Promise<void>>();
  #closed = false;

  constructor(table: string, client: DynamoDBClientConfig, random: Random) {
    this.#table = table;
    this.#client = new DynamoDBClient(client);
    this.#random = random;
  }

  async get<V extends Value = Value>(key: Key): Promise<Item<V> | undefined> {
    const checked = checkKey(key);
    this.#usable();
    const row = await this.#row(checked);
    return row && itemOf<V>(row);
  }

  async query<V extends Value = Value>(query: Query): Promise<Page<V>> {
    checkQuery(query);
    this.#usable();
    const page = pageOf(query);
    if (page === undefined) return { items: [] };
    const { range, after } = page;
    const input: QueryCommandInput = {
      TableName: this.#table,
      ConsistentRead: true,
      ScanIndexForward: !query.descending,
      ...keyCondition(query.pk, range.from, range.to),
      // One row more than asked for tells whether there is a further page; one more may lie on the upper bound.
      Limit: query.limit + 2,
    };
    let start = after === undefined ? undefined : keyOf({ pk: query.pk, sk: after });
    for (;;) {
      const answer = await this.#read(() =>
        this.#client.send(new QueryCommand({ ...input, ExclusiveStartKey: start })),
      );
      const items = (answer.Items ?? []).map((row) => itemOf<V>(row)).filter(({ sk }) => sk !== range.to);
      start = answer.LastEvaluatedKey;
      const last = items.at(Math.min(query.limit, items.length) - 1);
      if (last !== undefined && (items.length > query.limit || start !== undefined)) {
        return { items: items.slice(0, query.limit), cursor: writeCursor(queryScope(query), last.sk) };
      }
      if (start === undefined) return { items };
    }
  }

  async write(writes: readonly Write[]): Promise<void> {
    const checked = checkWrites(writes);
    this.#usable();
    const only = checked.length === 1 ? checked[0] : undefined;
    const writing = only === undefined ? this.#transact(checked) : this.#writeOne(only);
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#writing);
    this.#client.destroy();
  }

  async #writeOne(write: CheckedWrite): Promise<void> {
    if (write.kind === 'check') {
      if (versionOf(await this.#row(write.key)) !== write.expected) throw conditionFailed(0, write.key);
      return;
    }
    const token = this.#token();
    const input = { TableName: this.#table, ...condition(write.expected) };
    const send =
      write.kind === 'put'
        ? () => this.#client.send(new PutItemCommand({ ...input, Item: rowOf(write, token) }))
        : () => this.#client.send(new DeleteItemCommand({ ...input, Key: keyOf(write.key) }));
    await retrying(this.#random, async (unsure) => {
      try {
        await send();
        return undefined;
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) return retryable(error);
        if (!unsure) throw conditionFailed(0, write.key);
        // An earlier attempt may have gone through. The row tells when it was a put and stands as it was put.
        // (`ReturnValuesOnConditionCheckFailure` would spare this rare read, but the engine that the tests run
        // against does not know it for single writes.) Gone or overwritten, nobody can tell any more.
        const row = write.kind === 'put' ? await this.#row(write.key) : undefined;
        if (row?.token?.S === token) return undefined;
        throw storeUnavailable(error);
      }
    });
  }

  /** The request token makes DynamoDB answer a repetition within ten minutes as it answered the first. */
  async #transact(writes: readonly CheckedWrite[]): Promise<void> {
    const token = this.#token();
    const command = new TransactWriteItemsCommand({
      ClientRequestToken: token,
      TransactItems: writes.map((write) => this.#transactItem(write, token)),
    });
    await retrying(this.#random, async () => {
      try {
        await this.#client.send(command);
        return undefined;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) return retryable(error);
        return cancelled(writes, error);
      }
    });
  }

  #transactItem(write: CheckedWrite, token: string): TransactWriteItem {
    const input = { TableName: this.#table, ...condition(write.expected) };
    if (write.kind === 'put') return { Put: { ...input, Item: rowOf(write, token) } };
    if (write.kind === 'delete') return { Delete: { ...input, Key: keyOf(write.key) } };
    return { ConditionCheck: { ...input, Key: keyOf(write.key) } };
  }

  async #row(key: Key): Promise<Row | undefined> {
    const answer = await this.#read(() =>
      this.#client.send(
        new GetItemCommand({ TableName: this.#table, Key: keyOf(key), ConsistentRead: true }),
      ),
    );
    return answer.Item;
  }

  async #read<T>(send: () => Promise<T>): Promise<T> {
    return await retrying(this.#random, async () => {
      try {
        return await send();
      } catch (error) {
        return retryable(error);
      }
    });
  }

  #usable(): void {
    if (this.#closed) throw new Fault('store-unavailable', 'The table is closed.');
  }

  #token(): string {
    return Buffer.from(this.#random(16)).toString('base64url');
  }
}

/**
 * DynamoDB takes one condition on the sort key. Its BETWEEN includes both ends and there is no string just below
 * `to`, so a row that lies on `to` is asked for and dropped by the reader.
 */
const keyCondition = (pk: string, from: string, to: string | undefined) => {
  const [text, values]: [string, Row] =
    to === undefined
      ? from === ''
        ? ['', {}]
        : [' AND sk >= :from', { ':from': { S: from } }]
      : from === ''
        ? [' AND sk < :to', { ':to': { S: to } }]
        : [' AND sk BETWEEN :from AND :to', { ':from': { S: from }, ':to': { S: to } }];
  return {
    KeyConditionExpression: `pk = :pk${text}`,
    ExpressionAttributeValues: { ':pk': { S: pk }, ...values },
  };
};

const condition = (expected: number) =>
  expected === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':expected': { N: String(expected) } },
      };

/** The reasons stand in the order of the writes; the first that is not `None` decides. */
const cancelled = (writes: readonly CheckedWrite[], error: TransactionCanceledException): Retryable => {
  const reasons = error.CancellationReasons ?? [];
  const index = reasons.findIndex(({ Code }) => Code !== 'None');
  const write = writes[index];
  if (write === undefined) throw storeUnavailable(error);
  const code = reasons[index]?.Code ?? '';
  if (code === 'ConditionalCheckFailed') throw conditionFailed(index, write.key);
  if (CANCELLED_BY_CROWD.has(code)) return new Retryable(error, 'no');
  throw storeUnavailable(error);
};

const CANCELLED_BY_CROWD: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

const retryable = (error: unknown): Retryable => {
  if (Fault.is(error)) throw error;
  const again = asRetryable(error);
  if (again === undefined) throw storeUnavailable(error);
  return again;
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const keyOf = ({ pk, sk }: Key): Row => ({ pk: { S: pk }, sk: { S: sk } });

const rowOf = (write: CheckedWrite, token: string): Row => ({
  ...keyOf(write.key),
  version: { N: String(write.expected + 1) },
  value: { S: write.json },
  token: { S: token },
  ...(write.expires === undefined ? {} : { expires: { N: String(write.expires) } }),
});

const versionOf = (row: Row | undefined): number => Number(row?.version?.N ?? 0);

const itemOf = <V extends Value>(row: Row): Item<V> => {
  const [pk, sk, value] = [row.pk?.S, row.sk?.S, row.value?.S];
  if (pk === undefined || sk === undefined || value === undefined) {
    throw new Fault('store-unavailable', 'A row was not written by this service; look at the table.');
  }
  return { pk, sk, version: versionOf(row), value: JSON.parse(value) as V };
};
