import { openJsonService } from '../aws/json-service.ts';
import type { AwsAccess } from '../aws/service.ts';
import type { Random } from '../ports.ts';
import {
  type DynamoDbCalls,
  type GetItemInput,
  type KeyInput,
  type PutInput,
  type QueryInput,
  type Row,
  TIMEOUTS,
  type TransactInput,
} from './dynamodb-calls.ts';
import { asRetryable, retrying } from './retry.ts';

/** A page is at most 1 MB of rows; text within JSON within JSON takes several times as much. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Operations {
  readonly GetItem: { readonly input: GetItemInput; readonly output: { readonly Item?: Row } };
  readonly Query: {
    readonly input: QueryInput;
    readonly output: { readonly Items?: readonly Row[]; readonly LastEvaluatedKey?: Row };
  };
  readonly PutItem: { readonly input: PutInput; readonly output: object };
  readonly DeleteItem: { readonly input: KeyInput; readonly output: object };
  readonly TransactWriteItems: { readonly input: TransactInput; readonly output: object };
}

/**
 * DynamoDB through the small client of lib/aws, for the OCSP function: relying parties wait while that function starts.
 */
export const openDynamoDbLeanCalls = (access: AwsAccess, random: Random): DynamoDbCalls => {
  const dynamoDb = openJsonService<Operations>(
    { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' },
    access,
    { ...TIMEOUTS, maxBytes: MAX_BYTES },
  );
  const repeated = <T>(send: () => Promise<T>): Promise<T> =>
    retrying(random, async () => {
      try {
        return await send();
      } catch (error) {
        return asRetryable(error);
      }
    });
  return {
    getItem: (input) => repeated(() => dynamoDb.call('GetItem', input)),
    query: (input) => repeated(() => dynamoDb.call('Query', input)),
    putItem: (input) => dynamoDb.call('PutItem', input),
    deleteItem: (input) => dynamoDb.call('DeleteItem', input),
    transactWriteItems: (input) => dynamoDb.call('TransactWriteItems', input),
    close: () => dynamoDb.close(),
  };
};
