/**
 * The calls that the table makes to DynamoDB, as plain data. Two clients implement them: the AWS SDK's
 * (dynamodb-sdk-calls.ts), and the lean one of the OCSP function (dynamodb-lean-calls.ts).
 */
export interface DynamoDbCalls {
  /** Reads change nothing, so the client repeats them for as long as that may help. Fault: `store-unavailable`. */
  getItem(input: GetItemInput): Promise<{ readonly Item?: Row | undefined }>;
  query(input: QueryInput): Promise<{
    readonly Items?: readonly Row[] | undefined;
    readonly LastEvaluatedKey?: Row | undefined;
  }>;
  /**
   * The client sends a write once. Only the table knows which writes may be repeated, and how (see "Durability" in
   * contract.ts). Writes reject with `Refusal` or `NoAnswer`.
   */
  putItem(input: PutInput): Promise<unknown>;
  deleteItem(input: KeyInput): Promise<unknown>;
  transactWriteItems(input: TransactInput): Promise<unknown>;
  /** Closes the connections. */
  close(): void;
}

/** Only text and numbers are used. */
export type Attribute = { readonly S: string } | { readonly N: string };
export type Attributes = Readonly<Record<string, Attribute>>;
/** A row as it was read: its attributes are not checked yet. */
export type Row = Readonly<
  Record<string, { readonly S?: string | undefined; readonly N?: string | undefined }>
>;

export interface GetItemInput {
  readonly TableName: string;
  readonly Key: Attributes;
  readonly ConsistentRead: true;
}

export interface QueryInput {
  readonly TableName: string;
  readonly ConsistentRead: true;
  readonly ScanIndexForward: boolean;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Attributes;
  readonly Limit: number;
  readonly ExclusiveStartKey?: Attributes;
}

interface ConditionInput {
  readonly TableName: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}
export type PutInput = ConditionInput & { readonly Item: Attributes };
export type KeyInput = ConditionInput & { readonly Key: Attributes };

export interface TransactInput {
  readonly ClientRequestToken: string;
  readonly TransactItems: readonly TransactItem[];
}
export type TransactItem =
  | { readonly Put: PutInput }
  | { readonly Delete: KeyInput }
  | { readonly ConditionCheck: KeyInput };

/** How long the client waits for DynamoDB. */
export const TIMEOUTS = { connectMs: 2_000, answerMs: 4_000 };
