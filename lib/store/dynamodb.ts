import { Refusal } from '../aws/outcome.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import type { Item, Key, Page, Query, Table, Value, Write } from './contract.ts';
import { pageOf, queryScope, writeCursor } from './cursor.ts';
import type { Attributes, DynamoDbCalls, Row, TransactItem } from './dynamodb-calls.ts';
import { type CheckedWrite, checkKey, checkQuery, checkWrites, conditionFailed } from './limits.ts';
import { asRetryable, Retryable, retrying, storeUnavailable } from './retry.ts';
import { storedValue } from './stored-value.ts';

/**
 * A Table on one DynamoDB table of the shape in dynamodb-schema.ts. Attributes: `pk`, `sk`, `version` (N), `value` (the
 * JSON as S), `expires` (N, optional) and `token` (S). The token identifies the put that wrote the row: a put that is
 * repeated after a lost answer recognises its own row by it. All reads are strongly consistent.
 */
export const openDynamoDbTable = (options: {
  readonly table: string;
  readonly calls: DynamoDbCalls;
  readonly random: Random;
}): Table => new DynamoDbTable(options.table, options.calls, options.random);

class DynamoDbTable implements Table {
  readonly #table: string;
  readonly #dynamoDb: DynamoDbCalls;
  readonly #random: Random;
  readonly #writing = new Set<Promise<void>>();
  #closed = false;

  constructor(table: string, dynamoDb: DynamoDbCalls, random: Random) {
    this.#table = table;
    this.#dynamoDb = dynamoDb;
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
    const input = {
      TableName: this.#table,
      ConsistentRead: true as const,
      ScanIndexForward: !query.descending,
      ...keyCondition(query.pk, range.from, range.to),
      // One row too many shows whether there is a further page. A second extra row may lie on the upper bound.
      Limit: query.limit + 2,
    };
    let start: Attributes | undefined = after === undefined ? undefined : keyOf({ pk: query.pk, sk: after });
    for (;;) {
      const answer = await this.#dynamoDb.query({ ...input, ...(start && { ExclusiveStartKey: start }) });
      const items = (answer.Items ?? []).map((row) => itemOf<V>(row)).filter(({ sk }) => sk !== range.to);
      start = answer.LastEvaluatedKey as Attributes | undefined;
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
    this.#dynamoDb.close();
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
        ? () => this.#dynamoDb.putItem({ ...input, Item: rowOf(write, token) })
        : () => this.#dynamoDb.deleteItem({ ...input, Key: keyOf(write.key) });
    await retrying(this.#random, async (unsure) => {
      try {
        await send();
        return undefined;
      } catch (error) {
        if (!isRefusal(error, 'ConditionalCheckFailedException')) return asRetryable(error);
        if (!unsure) throw conditionFailed(0, write.key);
        // An earlier attempt may have gone through. If it was a put and its row is unchanged, the row has our token. If
        // the row is gone or overwritten, nobody can tell any more. (`ReturnValuesOnConditionCheckFailure` would save
        // this rare read, but the engine for the tests does not support it for single writes.)
        const row = write.kind === 'put' ? await this.#row(write.key) : undefined;
        if (row?.token?.S === token) return undefined;
        throw storeUnavailable(error);
      }
    });
  }

  /** For ten minutes DynamoDB answers a request with a repeated token as it answered the first one. */
  async #transact(writes: readonly CheckedWrite[]): Promise<void> {
    const token = this.#token();
    const input = {
      ClientRequestToken: token,
      TransactItems: writes.map((write) => this.#transactItem(write, token)),
    };
    await retrying(this.#random, async () => {
      try {
        await this.#dynamoDb.transactWriteItems(input);
        return undefined;
      } catch (error) {
        if (!isRefusal(error, 'TransactionCanceledException')) return asRetryable(error);
        return cancelled(writes, error);
      }
    });
  }

  #transactItem(write: CheckedWrite, token: string): TransactItem {
    const input = { TableName: this.#table, ...condition(write.expected) };
    if (write.kind === 'put') return { Put: { ...input, Item: rowOf(write, token) } };
    if (write.kind === 'delete') return { Delete: { ...input, Key: keyOf(write.key) } };
    return { ConditionCheck: { ...input, Key: keyOf(write.key) } };
  }

  async #row(key: Key): Promise<Row | undefined> {
    const input = { TableName: this.#table, Key: keyOf(key), ConsistentRead: true } as const;
    return (await this.#dynamoDb.getItem(input)).Item;
  }

  #usable(): void {
    if (this.#closed) throw new Fault('store-unavailable', 'The table is closed.');
  }

  #token(): string {
    return Buffer.from(this.#random(16)).toString('base64url');
  }
}

/**
 * DynamoDB takes one condition on the sort key. Its BETWEEN includes both ends, and no string is just below `to`. So
 * the query includes a row on `to`, and the reader drops it.
 */
const keyCondition = (pk: string, from: string, to: string | undefined) => {
  const [text, values]: [string, Attributes] =
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

/** The reasons are in the order of the writes. The first that is not `None` decides. */
const cancelled = (writes: readonly CheckedWrite[], error: Refusal): Retryable => {
  const { CancellationReasons: given } = error.members;
  const reasons: readonly { readonly Code?: unknown }[] = Array.isArray(given) ? given : [];
  const index = reasons.findIndex(({ Code }) => Code !== 'None');
  const write = writes[index];
  if (write === undefined) throw storeUnavailable(error);
  const code = String(reasons[index]?.Code);
  if (code === 'ConditionalCheckFailed') throw conditionFailed(index, write.key);
  if (CANCELLED_BY_CROWD.has(code)) return new Retryable(error, 'no');
  throw storeUnavailable(error);
};

const CANCELLED_BY_CROWD: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

const isRefusal = (error: unknown, name: string): error is Refusal =>
  error instanceof Refusal && error.name === name;

const keyOf = ({ pk, sk }: Key): Attributes => ({ pk: { S: pk }, sk: { S: sk } });

const rowOf = (write: CheckedWrite, token: string): Attributes => ({
  ...keyOf(write.key),
  version: { N: String(write.expected + 1) },
  value: { S: write.json },
  token: { S: token },
  ...(write.expires === undefined ? {} : { expires: { N: String(write.expires) } }),
});

const versionOf = (row: Row | undefined): number => Number(row?.version?.N ?? 0);

const itemOf = <V extends Value>(row: Row): Item<V> => {
  const [pk, sk] = [row.pk?.S, row.sk?.S];
  if (pk === undefined || sk === undefined) {
    throw new Fault('store-unavailable', 'A row was not written by this service; look at the table.');
  }
  const { value } = row;
  return { pk, sk, version: versionOf(row), value: storedValue(value?.S ?? JSON.stringify({ value })) as V };
};
