import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { ATTEMPTS, asked, clientSettings, refuseDamaged, type SdkAccess } from '../aws/sdk.ts';
import { type DynamoDbCalls, TIMEOUTS } from './dynamodb-calls.ts';
import { PATIENCE_MS, unlessUnavailable } from './retry.ts';

/**
 * DynamoDB through the AWS SDK. One client repeats failed requests and the other does not; otherwise they are alike.
 */
export const openDynamoDbSdkCalls = (access: SdkAccess = {}): DynamoDbCalls => {
  const settings = clientSettings(access, TIMEOUTS);
  const reading = new DynamoDBClient({ ...settings, maxAttempts: ATTEMPTS });
  const writing = new DynamoDBClient({
    ...settings,
    requestHandler: reading.config.requestHandler,
    maxAttempts: 1,
  });
  for (const { middlewareStack } of [reading, writing]) {
    middlewareStack.add(refuseDamaged, { step: 'deserialize', priority: 'low', name: 'refuseDamaged' });
  }
  /** Ends a read when we would begin no further attempt and the last attempt has had its time. */
  const patience = () => ({
    abortSignal: AbortSignal.timeout(PATIENCE_MS + settings.requestHandler.requestTimeout),
  });
  return {
    getItem: (input) => unlessUnavailable(asked(reading.send(new GetItemCommand(input), patience()))),
    query: (input) => unlessUnavailable(asked(reading.send(new QueryCommand(input), patience()))),
    putItem: (input) => asked(writing.send(new PutItemCommand(input))),
    deleteItem: (input) => asked(writing.send(new DeleteItemCommand(input))),
    transactWriteItems: (input) =>
      asked(writing.send(new TransactWriteItemsCommand(input as TransactWriteItemsCommandInput))),
    close: () => {
      reading.destroy();
      writing.destroy();
    },
  };
};
