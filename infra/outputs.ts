import type { Stack } from 'aws-cdk-lib';
import type { Keys } from './keys/keys.ts';
import type { ServiceFunction } from './lambda/service-function.ts';
import type { Operations } from './operations/operations.ts';
import { publicUrls, type Settings } from './settings.ts';
import type { Store } from './store/store.ts';

/** A value of the stack that a person needs for a command of docs/runbook.md. */
export interface Output {
  readonly value: string;
  readonly description: string;
}

interface Sources {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly store: Store;
  readonly keys: Keys;
  readonly operations: Operations;
  readonly functionOf: (id: string) => ServiceFunction;
}

/** Every output but those of the doors. */
export const namesOf = ({
  stack,
  settings,
  store,
  keys,
  operations,
  functionOf,
}: Sources): Readonly<Record<string, Output>> => {
  const o = (value: string, description: string): Output => ({ value, description });
  const nameOf = (id: string, does: string): Output =>
    o(functionOf(id).lambda.functionName, `Function: ${does}`);
  const logOf = (id: string): Output => o(functionOf(id).log.logGroupName, `Log group of the function ${id}`);
  const { network } = settings;
  const [publicUrl = ''] = publicUrls(settings).split(' ');
  const { cdnLogs, tokens } = store;
  return {
    PublicUrl: o(publicUrl, 'Address of CRLs, CA certificates, OCSP and the log'),
    ...(network.kind === 'public'
      ? {
          TokenDoorUrl: o(`https://${network.tokens.host}`, 'Address of the API for callers with a token'),
          ...(network.certificates.clientCa !== undefined && {
            CertificateDoorUrl: o(
              `https://${network.certificates.host}`,
              'Address of the API for callers with a client certificate',
            ),
          }),
        }
      : network.clientCa !== undefined && {
          CertificateDoorUrl: o(
            `https://${network.host}`,
            'Address of the API for callers with a client certificate',
          ),
        }),
    FunctionPrefix: o(`${stack.stackName}-`, 'What the names of all functions of the service begin with'),
    TableName: o(store.table.name, 'DynamoDB table of all rows of the service'),
    TableArn: o(store.table.table.tableArn, 'The same table by its ARN, for exports'),
    PersonalTableName: o(store.personal.rows.name, 'DynamoDB table of personal data'),
    PersonalTableArn: o(store.personal.rows.table.tableArn, 'The same table by its ARN, for exports'),
    DataKeyTableName: o(store.personal.dataKeys.name, 'DynamoDB table of the data keys of personal data'),
    DataKeyTableArn: o(store.personal.dataKeys.table.tableArn, 'The same table by its ARN, for exports'),
    PersonalKey: o(store.personal.key.keyArn, 'KMS key of both tables, which also seals each data key'),
    BucketName: o(store.objects.name, 'Bucket of CRLs, the log and the objects that prove acts'),
    AccessLogsName: o(
      store.accessLogs.bucketName,
      'S3 bucket of the access logs of buckets, load balancer and CDN',
    ),
    DataKey: o(store.key.keyArn, 'KMS key of the rows and the objects'),
    SealingKey: o(keys.sealingKeyArn, 'KMS key that seals the keys of responders and of acts'),
    CaKeyAliasPrefix: o(`alias/${settings.name}-`, 'Alias of the KMS key of a CA, without the id of the CA'),
    BatchDeadLetters: o(
      store.batchQueues.deadLetters.queueUrl,
      'Queue of messages of work on files of requests that failed five times',
    ),
    DeadLetters: o(store.deadLetters.queueUrl, 'Queue of events of scheduled tasks that failed for good'),
    DeadLettersAlarm: o(
      operations.deadLettersAlarm,
      'Alarm of that queue; raise it to see whether mails come',
    ),
    CeremonyFunction: nameOf('ceremony', 'the ceremony, which the holder invokes'),
    ConsentFunction: nameOf('ceremony-consent', 'the consent of the opener to a ceremony'),
    PublicationFunction: nameOf('scheduled-publication', 'publishes the CRLs that are due'),
    RespondersFunction: nameOf('scheduled-responders', 'renews the keys and certificates of OCSP responders'),
    GaugesFunction: nameOf('scheduled-gauges', 'measures how old CRLs, responders and records are'),
    ClosingsFunction: nameOf('scheduled-closings', 'brings back revocations and holds that rows lost'),
    OcspLog: logOf('ocsp'),
    PublicationLog: logOf('scheduled-publication'),
    RespondersLog: logOf('scheduled-responders'),
    SequencingLog: logOf('scheduled-sequencing'),
    ...(cdnLogs && {
      CdnLogDeliveryLog: logOf('cdn-log-delivery'),
      CdnLogDeadLetters: o(
        cdnLogs.deadLetters.queueUrl,
        'Queue of access logs of the CDN that were not counted',
      ),
      CdnLogDeadLettersArn: o(cdnLogs.deadLetters.queueArn, 'The same queue, for sending its messages back'),
    }),
    ...(tokens && { UserPool: o(tokens.poolId, 'Cognito user pool of the token door') }),
  };
};
