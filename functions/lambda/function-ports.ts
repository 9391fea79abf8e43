import type { z } from 'zod';
import type { Ports } from '../../lib/app.ts';
import type { SdkAccess } from '../../lib/aws/sdk.ts';
import type { WorkQueues } from '../../lib/batches/sqs-queues.ts';
import type { TokenUsers } from '../../lib/enrolment/enrolment.ts';
import {
  BatchQueuesEnv,
  type HandingEnv,
  type IssuingEnv,
  PagesEnv,
  PersonalEnv,
  type PublishedEnv,
  RowsEnv,
  readFunctionEnv,
} from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { type AlgorithmName, type KeyStore, LOG_KEY } from '../../lib/keys/keys.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import type { DynamoDbCalls } from '../../lib/store/dynamodb-calls.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import type { LargeAnswers } from '../http/large-answers.ts';
import { random } from '../random.ts';
import { sdkAccess } from './access.ts';
import {
  lateBucket,
  lateDataKeys,
  lateHandOver,
  lateKeys,
  lateSessionKeys,
  lateTokenUsers,
  once,
} from './late.ts';
import { clock } from './runtime.ts';
import type { Telemetry } from './telemetry.ts';

/** The ports that differ between functions. */
export type FunctionPorts = Pick<Ports, 'keys' | 'responderKeys'> &
  Pick<Ports, 'witnesses' | 'witnessThreshold' | 'tokenUsers'>;

/** Ports beside those of its part, which the entry of a function that is granted them hands to the loader. */
export type Granted = (
  context: Pick<PortContext, 'telemetry'>,
) => Partial<PersonalPorts & PagePorts & BatchPorts>;

/** What pages have besides. */
type PagePorts = Pick<Ports, 'sessionKeys' | 'consoleUrl'>;

/** Functions that ask for work on files of requests have these besides. */
type BatchPorts = Pick<Ports, 'wake'>;

/** Personal data and their keys, or ports that refuse. */
export type PersonalPorts = Pick<Ports, 'personal' | 'dataKeys'>;

/** What a function has before its own ports are opened. */
export interface PortContext {
  readonly telemetry: Telemetry;
  readonly trustDomain: TrustDomain;
  readonly table: Table;
}

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function was not given what it reached for.'));

const noKeys: KeyStore = { create: refuse, open: refuse };

/** Ports that refuse every call. A function has them in place of the ports that it is not granted. */
export const noPersonalData: PersonalPorts = {
  personal: { get: refuse, query: refuse, write: refuse, close: refuse },
  dataKeys: {
    create: refuse,
    open: refuse,
    destroy: refuse,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
  },
};

export const noPorts: FunctionPorts = { keys: noKeys, responderKeys: noKeys };

/**
 * Personal data and their keys. The entry of a function that is granted them hands this to the loader of its part, so the bundle
 * of no other function has the adapter. Fault: `configuration-invalid`.
 */
export const personalData = (context: Pick<PortContext, 'telemetry'>): PersonalPorts => {
  const env = readFunctionEnv(PersonalEnv, process.env);
  return {
    personal: tableNamed(env.PERSONAL_TABLE),
    dataKeys: lateDataKeys(async () => {
      const { openKmsDataKeys } = await import('../../lib/keys/kms-data-keys.ts');
      return openKmsDataKeys({
        calls: await kmsCalls(context),
        table: tableNamed(env.DATA_KEY_TABLE),
        sealingKey: env.PERSONAL_KEY,
      });
    }),
  };
};

/**
 * For pages: the keys of sessions. The role says whether the function may open them, and the one that signs people in makes them.
 * Faults: `configuration-invalid`.
 */
export const pages = (context: Pick<PortContext, 'telemetry'>): PagePorts => {
  const { BUCKET, SEALING_KEY } = readFunctionEnv(RowsEnv, process.env);
  const { CONSOLE_URL } = readFunctionEnv(PagesEnv, process.env);
  return {
    consoleUrl: CONSOLE_URL,
    sessionKeys: lateSessionKeys(async () => {
      const { openKmsSessionKeys } = await import('../../lib/keys/kms-session-keys.ts');
      return openKmsSessionKeys({
        calls: await kmsCalls(context),
        objects: bucketOf(BUCKET),
        sealingKey: SEALING_KEY,
      });
    }),
  };
};

/** The queues of work on files of requests. Fault: `configuration-invalid`. */
export const workQueues = (): WorkQueues => {
  const { SUBMISSION_QUEUE: submissions, EXAMINATION_QUEUE: examinations } = readFunctionEnv(
    BatchQueuesEnv,
    process.env,
  );
  const queues = once(async () => {
    const { openSqsQueues } = await import('../../lib/batches/sqs-queues.ts');
    return openSqsQueues({ submissions, examinations, access: sdkAccess('sqs') });
  });
  return { send: async (work, occasion) => (await queues()).send(work, occasion) };
};

/** For functions that ask for work. Each asking is a message of its own. */
export const batchQueues = ({ telemetry }: Pick<PortContext, 'telemetry'>): BatchPorts => {
  const queues = workQueues();
  return {
    wake: async (work) => {
      try {
        await queues.send(work, Buffer.from(random(8)).toString('hex'));
      } catch (error) {
        // The work is stored already. The schedule finds it.
        telemetry.log('warn', 'The message of work on a file of requests could not be sent', {
          batch: work.batch,
          step: work.step,
          error: Fault.is(error) ? error.code : 'internal',
        });
      }
    },
  };
};

/** Lists the users that an act leaves to be brought, and brings none: for a function with tokens and without the pool. */
export const noTokenUsers: TokenUsers = { bring: refuse, signOut: refuse };

export const tokenUsers = ({
  USER_POOL: pool,
}: {
  readonly USER_POOL?: string | undefined;
}): Pick<Ports, 'tokenUsers'> =>
  pool === undefined
    ? {}
    : {
        tokenUsers: lateTokenUsers(async () => {
          const { openCognitoUsers } = await import('../../lib/enrolment/cognito-users.ts');
          return openCognitoUsers({ pool, access: sdkAccess('cognito_identity_provider') });
        }),
      };

/** One client for all tables. */
let dynamoDb: DynamoDbCalls | undefined;

const tableNamed = (table: string): Table => {
  dynamoDb ??= openDynamoDbSdkCalls(sdkAccess('dynamodb'));
  return openDynamoDbTable({ table, calls: dynamoDb, random });
};

export const rowsTable = ({ TABLE }: { readonly TABLE: string }): Table => tableNamed(TABLE);

export const bucketOf = (bucket: string): Bucket =>
  lateBucket(async () => {
    const { openS3Bucket } = await import('../../lib/store/s3.ts');
    return openS3Bucket({ bucket, access: sdkAccess('s3'), random });
  });

const kmsCalls = async ({ telemetry }: Pick<PortContext, 'telemetry'>) => {
  const { openKmsSdkCalls } = await import('../../lib/keys/kms-sdk-calls.ts');
  return openKmsSdkCalls({
    access: sdkAccess('kms'),
    onThrottled: () => telemetry.measure('KmsThrottled', 1),
  });
};

export const caKeys = ({ KEY_ALIAS_PREFIX }: z.output<typeof IssuingEnv>, context: PortContext): KeyStore => {
  const algorithms = new Map<string, AlgorithmName>([
    ...context.trustDomain.authorities.map(({ ca, algorithm }) => [ca, algorithm] as const),
    [LOG_KEY.id, LOG_KEY.algorithm],
  ]);
  return lateKeys(async () => {
    const { openKmsKeys } = await import('../../lib/keys/kms.ts');
    return openKmsKeys({
      calls: await kmsCalls(context),
      aliasPrefix: KEY_ALIAS_PREFIX,
      algorithmOf: (id) => algorithms.get(id),
    });
  });
};

/** The keys that lie in the table, encrypted under a KMS key: those of the responders, and the key of disclosures. */
export const sealedKeys = (
  { SEALING_KEY }: { readonly SEALING_KEY: string },
  context: PortContext,
): KeyStore =>
  lateKeys(async () => {
    const [{ openKmsSealedKeys }, { halvesInTable }] = await Promise.all([
      import('../../lib/keys/kms-sealed.ts'),
      import('../../lib/keys/kms-sealed-halves.ts'),
    ]);
    return openKmsSealedKeys({
      calls: await kmsCalls(context),
      halves: halvesInTable(context.table),
      sealingKey: SEALING_KEY,
    });
  });

/** The keys of acts, which lie in the bucket, encrypted under the same KMS key. The role says which of them a function opens. */
export const actKeys = (
  { SEALING_KEY }: { readonly SEALING_KEY: string },
  objects: Bucket,
  telemetry: Telemetry,
): KeyStore =>
  lateKeys(async () => {
    const [{ openKmsSealedKeys }, { halvesInObjects }] = await Promise.all([
      import('../../lib/keys/kms-sealed.ts'),
      import('../../lib/keys/kms-sealed-halves.ts'),
    ]);
    return openKmsSealedKeys({
      calls: await kmsCalls({ telemetry }),
      halves: halvesInObjects(objects),
      sealingKey: SEALING_KEY,
    });
  });

/** How callers reach S3. Their address may differ from the one that functions use. */
const callersAccess = ({ S3_ADDRESS }: { readonly S3_ADDRESS?: string | undefined }): SdkAccess => ({
  ...sdkAccess('s3'),
  ...(S3_ADDRESS !== undefined && { endpoint: S3_ADDRESS }),
});

/** Makes addresses from where callers fetch published objects that are too large for an answer. */
export const addressesOf = (env: z.output<typeof PublishedEnv>): ((key: string) => Promise<string>) => {
  const addresses = once(async () => {
    const { openAddresses } = await import('../../lib/store/s3-address.ts');
    return openAddresses(env.BUCKET, callersAccess(env));
  });
  return async (key) => (await addresses())(key);
};

/** Puts a large answer into a bucket, from where the caller fetches it. */
export const handOverOf = (
  env: Pick<z.output<typeof HandingEnv>, 'HAND_OVER_BUCKET' | 'S3_ADDRESS'>,
): LargeAnswers => ({
  handOver: lateHandOver(async () => {
    const { openS3HandOver } = await import('../../lib/store/s3-hand-over.ts');
    return openS3HandOver({
      bucket: env.HAND_OVER_BUCKET,
      access: sdkAccess('s3'),
      addresses: callersAccess(env),
      clock,
      random,
    });
  }),
});
