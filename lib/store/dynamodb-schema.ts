/** The DynamoDB table that `openDynamoDbTable` expects, as data for the code that creates it. */
export const DYNAMODB_SCHEMA = {
  /** Both keys are strings. */
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Number, Unix seconds: DynamoDB deletes the row within days after it. */
  timeToLiveAttribute: 'expires',
  billingMode: 'PAY_PER_REQUEST',
} as const;

/** The input of `CreateTable`. */
export const createTableInput = (name: string) => ({
  TableName: name,
  AttributeDefinitions: [
    { AttributeName: DYNAMODB_SCHEMA.partitionKey, AttributeType: 'S' },
    { AttributeName: DYNAMODB_SCHEMA.sortKey, AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: DYNAMODB_SCHEMA.partitionKey, KeyType: 'HASH' },
    { AttributeName: DYNAMODB_SCHEMA.sortKey, KeyType: 'RANGE' },
  ],
  BillingMode: DYNAMODB_SCHEMA.billingMode,
});

/** The input of `UpdateTimeToLive`, for when the table exists. */
export const timeToLiveInput = (name: string) => ({
  TableName: name,
  TimeToLiveSpecification: { AttributeName: DYNAMODB_SCHEMA.timeToLiveAttribute, Enabled: true },
});
