import type { z } from 'zod';
import type {
  BareEnv,
  BatchQueuesEnv,
  CdnLogsEnv,
  EnrollingEnv,
  FollowingEnv,
  GaugesEnv,
  HandingEnv,
  IssuingEnv,
  OriginEnv,
  PagesEnv,
  PersonalEnv,
  PublishedEnv,
  ReportingEnv,
  ResponderEnv,
  RowsEnv,
  SequencingEnv,
} from '../../lib/env.ts';
import type { OriginSecrets } from '../doors/origin-secrets.ts';
import { sealingKeyAlias } from '../keys/sealing-key.ts';
import { consoleUrl, publicUrls, type Settings } from '../settings.ts';
import { CDN_LOG_PREFIX } from '../store/cdn-logs.ts';
import type { Store } from '../store/store.ts';

type Input<S extends z.core.$ZodType> = z.input<S>;

/**
 * The environment of each kind of function, as in lib/env.ts. A variable that is missing here fails the compilation.
 */
interface Environments {
  bare: Input<typeof BareEnv>;
  responder: Input<typeof ResponderEnv>;
  gauges: Input<typeof GaugesEnv>;
  rows: Input<typeof RowsEnv>;
  published: Input<typeof PublishedEnv>;
  issuing: Input<typeof IssuingEnv>;
  following: Input<typeof FollowingEnv>;
  enrolling: Input<typeof EnrollingEnv>;
  sequencing: Input<typeof SequencingEnv>;
  disclosing: Input<typeof RowsEnv>;
  bundling: Input<typeof HandingEnv>;
  handing: Input<typeof HandingEnv>;
  reporting: Input<typeof ReportingEnv>;
  cdnLogs: Input<typeof CdnLogsEnv>;
}

/** The environment of a function of this kind and id. */
export const environmentOf = (
  kind: keyof Environments,
  id: string,
  {
    settings,
    store,
    s3Address: S3_ADDRESS,
  }: { readonly settings: Settings; readonly store: Store; readonly s3Address: string | undefined },
): Readonly<Record<string, string>> => {
  const { tokens: issuing } = store;
  const users = issuing && { USER_POOL: issuing.poolId };
  const tokens = issuing && { TOKEN_ISSUER: issuing.issuer, TOKEN_AUDIENCE: issuing.audience };
  const FUNCTION = id;
  const TABLE = store.table.name;
  const SEALING_KEY = sealingKeyAlias(settings.name);
  const rows = {
    FUNCTION,
    TABLE,
    BUCKET: store.objects.name,
    SEALING_KEY,
    PUBLIC_URLS: publicUrls(settings),
    ...(settings.log.origin !== undefined && { LOG_ORIGIN: settings.log.origin }),
    ...tokens,
  };
  const published = { ...rows, S3_ADDRESS };
  const handing = { ...rows, HAND_OVER_BUCKET: store.handOver.name, S3_ADDRESS };
  const KEY_ALIAS_PREFIX = settings.name;
  const environments: Environments = {
    bare: { FUNCTION, TABLE },
    responder: { FUNCTION, TABLE, BUCKET: store.objects.name, SEALING_KEY, ...tokens },
    gauges: { FUNCTION, TABLE },
    rows,
    published,
    handing,
    reporting: { ...published, ...handing },
    issuing: { ...rows, KEY_ALIAS_PREFIX },
    following: { ...rows, ...users },
    enrolling: { ...rows, KEY_ALIAS_PREFIX, ...users },
    sequencing: { ...rows, KEY_ALIAS_PREFIX, ...logEnvironment(settings) },
    disclosing: rows,
    bundling: handing,
    cdnLogs: { ...rows, LOG_BUCKET: store.accessLogs.bucketName, LOG_PREFIX: CDN_LOG_PREFIX },
  };
  const chosen: Readonly<Record<string, string | undefined>> = environments[kind];
  return Object.fromEntries(
    Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};

const logEnvironment = ({
  log,
}: Settings): Pick<Environments['sequencing'], `LOG_${string}` & keyof Environments['sequencing']> => ({
  LOG_WITNESSES: log.witnesses.map(({ vkey, url }) => `${vkey} ${url}`).join(','),
  LOG_WITNESS_THRESHOLD: String(log.threshold),
});

/** What a function that is open to everybody has besides, where there is a CDN. */
export const originEnvironment = ({ arns }: OriginSecrets): Input<typeof OriginEnv> => ({
  ORIGIN_SECRETS: arns.join(' '),
});

/** A function that has pages has this as well. */
export const pagesEnvironment = (settings: Settings): Readonly<Record<string, string>> => {
  const CONSOLE_URL = consoleUrl(settings);
  const environment: Input<typeof PagesEnv> = CONSOLE_URL === undefined ? {} : { CONSOLE_URL };
  return { ...environment };
};

/** A function that is granted personal data has these as well. */
export const personalEnvironment = ({ personal }: Store): Input<typeof PersonalEnv> => ({
  PERSONAL_TABLE: personal.rows.name,
  DATA_KEY_TABLE: personal.dataKeys.name,
  PERSONAL_KEY: personal.key.keyArn,
});

/** A function that asks for work on files of requests, or does it, has these as well. */
export const batchEnvironment = ({ batchQueues }: Store): Input<typeof BatchQueuesEnv> => ({
  SUBMISSION_QUEUE: batchQueues.submissions.queueUrl,
  EXAMINATION_QUEUE: batchQueues.examinations.queueUrl,
});
