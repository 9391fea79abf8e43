import type { z } from 'zod';
import type { Ports } from '../../lib/app.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import type { HandingEnv, IssuingEnv, PublishedEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { type AlgorithmName, type KeyStore, LOG_KEY } from '../../lib/keys/keys.ts';
import { openKmsKeys } from '../../lib/keys/kms.ts';
import { openKmsSealedKeys } from '../../lib/keys/kms-sealed.ts';
import { openS3Bucket } from '../../lib/store/s3.ts';
import { openS3HandOver } from '../../lib/store/s3-hand-over.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import type { LargeAnswers } from '../http/large-answers.ts';
import { random } from '../random.ts';
import { awsAccess } from './access.ts';
import type { Telemetry } from './telemetry.ts';

/** The ports that differ between functions. */
export type FunctionPorts = Pick<Ports, 'bucket' | 'keys' | 'responderKeys'> &
  Pick<Ports, 'logOrigin' | 'witnesses' | 'witnessThreshold'>;

/** What a function has before its own ports are opened. */
export interface PortContext {
  readonly telemetry: Telemetry;
  readonly trustDomain: TrustDomain;
  readonly table: Table;
}

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function was not given what it reached for.'));

const noBucket: Bucket = { get: refuse, put: refuse, delete: refuse, list: refuse };
const noKeys: KeyStore = { create: refuse, open: refuse };

/** Ports that refuse every call, for what a function is not granted. */
export const noPorts: FunctionPorts = { bucket: noBucket, keys: noKeys, responderKeys: noKeys };

export const publishedBucket = ({ BUCKET }: z.output<typeof PublishedEnv>): Bucket =>
  openS3Bucket({ bucket: BUCKET, access: awsAccess('s3'), random });

export const caKeys = (
  { KEY_ALIAS_PREFIX }: z.output<typeof IssuingEnv>,
  { telemetry, trustDomain }: PortContext,
): KeyStore => {
  const algorithms = new Map<string, AlgorithmName>([
    ...trustDomain.authorities.map(({ ca, algorithm }) => [ca, algorithm] as const),
    [LOG_KEY.id, LOG_KEY.algorithm],
  ]);
  return openKmsKeys({
    access: awsAccess('kms'),
    random,
    aliasPrefix: KEY_ALIAS_PREFIX,
    algorithmOf: (id) => algorithms.get(id),
    onThrottled: () => telemetry.measure('KmsThrottled', 1),
  });
};

/** The keys that lie in the table, encrypted under a KMS key: those of the responders, and the key of disclosures. */
export const sealedKeys = (
  { SEALING_KEY }: { readonly SEALING_KEY: string },
  { telemetry, table }: PortContext,
): KeyStore =>
  openKmsSealedKeys({
    access: awsAccess('kms'),
    random,
    table,
    sealingKey: SEALING_KEY,
    onThrottled: () => telemetry.measure('KmsThrottled', 1),
  });

/** How callers reach S3, which may be by another address than the functions'. */
export const callersAccess = ({ S3_ADDRESS }: { readonly S3_ADDRESS?: string | undefined }): AwsAccess => ({
  ...awsAccess('s3'),
  ...(S3_ADDRESS !== undefined && { endpoint: S3_ADDRESS }),
});

/** Puts a large answer into a bucket, from where the caller fetches it. */
export const handOverOf = (
  env: Pick<z.output<typeof HandingEnv>, 'HAND_OVER_BUCKET' | 'S3_ADDRESS'>,
): LargeAnswers => ({
  handOver: openS3HandOver({
    bucket: env.HAND_OVER_BUCKET,
    access: awsAccess('s3'),
    addresses: callersAccess(env),
    random,
  }),
});
