import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { pages } from '../../functions/pages/pages.ts';
import { routes } from '../../functions/routes/routes.ts';
import { TASKS } from '../../functions/tasks/housekeeping.ts';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { deploymentRoleOf } from '../../infra/keys/deployment-role.ts';
import { ROOT } from '../../infra/lambda/bundle.ts';
import {
  allows,
  allStatements,
  keyStatements,
  leadingKeys,
  list,
  named,
  principalRoles,
  roleStatements,
} from './policies.ts';
import { PLACE, privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

/** Properties of the stack that must never change by accident. */

const made = synthesise(publicSettings(), { codeOf: standIn });
const { ofType, functionId, roleId, resources } = made;
const functionIds = [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS].map(({ id }) => id);
const idOfRole = new Map(functionIds.map((id) => [roleId(id), id]));
const functionsOf = (roles: readonly string[]): readonly string[] =>
  roles.map((role) => idOfRole.get(role) ?? role).sort();

const keys = ofType('AWS::KMS::Key');
const signingKeys = keys.filter(([, { Properties }]) => Properties.KeyUsage === 'SIGN_VERIFY');
const caKeys = signingKeys.filter(([, { Properties }]) =>
  String(Properties.Description).startsWith('CA key of'),
);
const logKey = signingKeys.filter(([, { Properties }]) => String(Properties.Description).includes('log'));

const policyStatements = allStatements(made);

/** Functions that issue or publish CRLs, and the ceremony that begins both. */
const SIGNERS = [
  'batch-examinations',
  'ceremony',
  'certificate-revocation',
  'crl-publish',
  'principal-enrolment',
  'request-examinations',
  'scheduled-publication',
  'scheduled-recovery',
  'scheduled-responders',
];

/** The role of `cdk bootstrap`. */
const DEPLOYER = 'arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-ap-northeast-1';

describe('who keeps the keys', () => {
  const roleFor = (settings: object, synthesizer?: IStackSynthesizer) => {
    const stack = new Stack(new App(), 'Keys', { env: PLACE, ...(synthesizer && { synthesizer }) });
    return deploymentRoleOf(stack, settings);
  };

  it('is the role of the settings, or the one that the synthesizer names', () => {
    const deploymentRole = 'arn:aws:iam::111122223333:role/deployments/akashi';
    expect(roleFor({ deploymentRole })).toBe(deploymentRole);
    expect(roleFor({}, new DefaultStackSynthesizer({ qualifier: 'pki' }))).toMatch(
      /:iam::111122223333:role\/cdk-pki-cfn-exec-role-111122223333-ap-northeast-1$/,
    );
  });

  it('must be named where the synthesizer names none', () => {
    expect(() => roleFor({}, new CliCredentialsStackSynthesizer())).toThrow('deploymentRole: ');
  });

  it('is the same for every key that signs or seals', () => {
    const kept = keys.flatMap(([, key]) =>
      keyStatements(key).filter(({ Sid }) => Sid === 'KeepByDeployment'),
    );
    expect(kept).toHaveLength(signingKeys.length + 1);
    for (const { Condition } of kept) {
      expect(Condition).toEqual({ ArnEquals: { 'aws:PrincipalArn': DEPLOYER } });
    }
  });
});

/** Tokens come from another issuer on AWS, and one-time addresses are for a machine of one's own. */
const OF_ONE_MACHINE = [
  'GET /api/v1/batches/{batch}/events',
  'POST /token',
  'GET /.well-known/jwks.json',
  'POST /console/one-time-addresses',
  'GET /console/one-time/{ticket}',
];

describe('who may sign', () => {
  it('with a CA key: the functions that issue or publish CRLs, and nobody else', () => {
    expect(caKeys).toHaveLength(4);
    for (const [id, key] of caKeys) {
      const signing = keyStatements(key).filter((statement) => allows(statement, 'kms:Sign'));
      expect(signing, id).toHaveLength(1);
      expect(functionsOf(principalRoles(signing[0] as never)), id).toEqual(SIGNERS);
    }
  });

  it('with the key of the log: the sequencer', () => {
    expect(logKey).toHaveLength(1);
    for (const [, key] of logKey) {
      const signing = keyStatements(key).filter((statement) => allows(statement, 'kms:Sign'));
      expect(signing.map((statement) => functionsOf(principalRoles(statement)))).toEqual([
        ['scheduled-sequencing'],
      ]);
    }
  });

  it('with the one algorithm of the key, over a digest if the algorithm has one', () => {
    const conditions = caKeys.map(([, key]) => {
      const sign = keyStatements(key).find((statement) => allows(statement, 'kms:Sign'));
      return sign?.Condition?.StringEquals;
    });
    expect(conditions).toEqual([
      { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' },
      { 'kms:SigningAlgorithm': 'ECDSA_SHA_384', 'kms:MessageType': 'DIGEST' },
      { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' },
      { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' },
    ]);
  });

  it('not by an IAM policy: no role has kms:Sign, and key policies leave only administration to IAM', () => {
    expect(policyStatements.filter(({ statement }) => allows(statement, 'kms:Sign'))).toEqual([]);
    for (const [id, key] of signingKeys) {
      const toAccount = keyStatements(key).filter(
        ({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes(':root'),
      );
      expect(
        toAccount.map(({ Sid }) => Sid),
        id,
      ).toEqual(['KeepByDeployment']);
      for (const statement of toAccount) {
        // One role, whole: nobody may make another one that would match.
        expect(statement.Condition).toEqual({ ArnEquals: { 'aws:PrincipalArn': DEPLOYER } });
        for (const action of ['kms:Sign', 'kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:CreateGrant']) {
          expect(allows(statement, action), `${id} ${action}`).toBe(false);
        }
      }
    }
  });

  /** Each function opens the keys of the acts that it takes. The one that takes submissions cannot sign an examination. */
  const SIGNERS_OF_ACTS = [
    ['trust-domain', ['amendments']],
    ['key-list', ['key-list']],
    ['submission', ['batch-files', 'batch-submissions', 'request-submit', 'request-withdrawal']],
    ['holder', ['batch-submissions', 'request-submit']],
    ['export', ['batches', 'certificate-exports', 'evidence', 'records', 'request-exports']],
    ['examination', ['batch-examinations', 'batch-examining', 'request-examinations']],
    [
      'issuance',
      [
        'batch-examinations',
        'ceremony',
        'principal-enrolment',
        'request-examinations',
        'scheduled-recovery',
        'scheduled-responders',
      ],
    ],
    ['confirmation', ['certificate-correction', 'certificate-revocation', 'leavers']],
    [
      'enrolment',
      ['ceremony', 'office-acts', 'principal-acts', 'principal-ends', 'principal-enrolment', 'scheduled-due'],
    ],
    ['invitation', ['invitations']],
    ['revocation', ['certificate-revocation', 'principal-ends', 'principal-enrolment', 'scheduled-due']],
    ['publication', ['ceremony', 'certificate-revocation', 'crl-publish', 'scheduled-publication']],
    ['hold', ['certificate-hold']],
    ['release', ['certificate-release']],
    ['report', ['report-make', 'scheduled-reports']],
    ['recovery', ['recovery']],
    ['disclosure', ['disclosures', 'own']],
    ['setting', ['disclosure-bundles', 'disclosure-keys', 'scheduled-sequencing']],
    ['personal-data', ['data-erasure', 'data-order-acts', 'scheduled-retention']],
    ['data-key', ['data-end', 'data-erasure', 'scheduled-retention']],
    ['consent', ['ceremony-consent']],
    ['ceremony', ['ceremony']],
    ['retention', ['scheduled-retention']],
  ];

  it('users of tokens only by the functions whose acts they follow, and only those of the one pool', () => {
    const [[poolId]] = ofType('AWS::Cognito::UserPool') as [[string, unknown]];
    const having = (action: string) =>
      functionIds.filter((id) =>
        roleStatements(made, roleId(id)).some((statement) => allows(statement, `cognito-idp:${action}`)),
      );
    const bring = ['principal-ends', 'scheduled-due', 'scheduled-closings'];
    for (const action of ['AdminGetUser', 'AdminCreateUser', 'AdminEnableUser', 'AdminUserGlobalSignOut'])
      expect([action, having(action)]).toEqual([action, ['principal-enrolment', ...bring]]);
    expect(having('AdminDisableUser')).toEqual(bring);
    for (const action of [
      'AdminSetUserPassword',
      'AdminDeleteUser',
      'AdminUpdateUserAttributes',
      'ListUsers',
    ])
      expect([action, having(action)]).toEqual([action, []]);
    const statements = policyStatements.filter(({ statement }) =>
      allows(statement, 'cognito-idp:AdminGetUser'),
    );
    expect(statements).toHaveLength(4);
    for (const { statement } of statements)
      expect(statement.Resource).toEqual({ 'Fn::GetAtt': [poolId, 'Arn'] });
    const environmentOf = (id: string): Readonly<Record<string, unknown>> => {
      const { Environment } = (resources[functionId(id)] as (typeof resources)[string]).Properties;
      return (Environment as { Variables: Record<string, unknown> }).Variables;
    };
    const given = functionIds.filter((id) => 'USER_POOL' in environmentOf(id));
    expect(given).toEqual(['principal-enrolment', ...bring]);
    expect(environmentOf('principal-ends').USER_POOL).toEqual({ Ref: poolId });
  });

  it('with the sealed keys: OCSP only in the OCSP function, and each act only in the functions that take it', () => {
    const [sealing] = keys.filter(([, { Properties }]) => String(Properties.Description).startsWith('Seals'));
    const statements = keyStatements((sealing as (typeof keys)[number])[1]);
    const granted = (action: string) =>
      statements
        .filter((statement) => allows(statement, action))
        .map((one) => {
          const context = one.Condition?.StringLike ?? {};
          const [kind, ...others] = Object.entries(context);
          expect(others).toEqual([]);
          return [
            kind?.map(String).join(' ').replace('kms:EncryptionContext:', ''),
            functionsOf(principalRoles(one)),
          ];
        });
    expect(granted('kms:Decrypt')).toEqual([
      // A page that checks a certificate answers as OCSP does.
      ['responder-key ocsp-*', ['certificate-status-pages', 'ocsp']],
      ['responder-key disclosure', ['disclosure-bundles']],
      [
        'session-key 20*',
        ROUTE_FUNCTIONS.filter(({ sessions }) => sessions)
          .map(({ id }) => id)
          .sort(),
      ],
      ...SIGNERS_OF_ACTS.map(([kind, functions]) => [`act-key act-${kind}-*`, functions]),
    ]);
    expect(granted('kms:GenerateDataKeyPairWithoutPlaintext')).toEqual([
      ['responder-key ocsp-*', ['ceremony', 'scheduled-responders']],
      ['responder-key disclosure', ['disclosure-bundles', 'disclosure-keys']],
      ['act-key act-recovery-*', ['recovery']],
      ['act-key act-consent-*', ['ceremony-consent']],
      ['act-key act-*', ['ceremony']],
      ['act-key act-setting-*', ['scheduled-sequencing']],
    ]);
    expect(granted('kms:GenerateDataKey')).toEqual([['session-key 20*', ['session-pages']]]);
    for (const action of ['kms:GenerateDataKeyPair', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:CreateGrant']) {
      expect(granted(action), action).toEqual([]);
    }
  });
});

const propertiesOf = (id: string) => {
  const found = resources[id];
  if (!found) throw new Error(`There is no resource ${id}.`);
  return found.Properties;
};
const bucketOf = (prefix: string) => {
  const found = ofType('AWS::S3::Bucket').find(([id]) => id.includes(`Store${prefix}`));
  if (!found) throw new Error(`There is no bucket ${prefix}.`);
  return found;
};
const handOver = bucketOf('HandOver');
const accessLogs = bucketOf('AccessLogs');

describe('who may delete a CA key', () => {
  it.each(signingKeys.map(([id, key]) => [id, keyStatements(key)] as const))(
    '%s: one person, after another has approved',
    (_id, statements) => {
      const deleting = statements.filter((statement) => allows(statement, 'kms:ScheduleKeyDeletion'));
      expect(deleting.map(({ Sid }) => Sid)).toEqual(['DeleteApproved']);
      expect(deleting[0]?.Condition).toEqual({
        StringEquals: { 'aws:ResourceTag/akashi:deletion': 'approved' },
      });
      const tagging = statements.filter(
        ({ Sid, ...statement }) =>
          allows({ Sid: '', ...statement }, 'kms:TagResource') && Sid !== 'KeepByDeployment',
      );
      expect(tagging.map(({ Sid }) => Sid)).toEqual(['ApproveDeletion']);
      const [deleter] = principalRoles(deleting[0] as never);
      const [approver] = principalRoles(tagging[0] as never);
      expect(deleter).not.toBe(approver);
      const denials = statements.filter(({ Effect }) => Effect === 'Deny');
      expect(denials.map(({ Sid }) => Sid)).toEqual([
        'NobodyDeletesAlone',
        'NobodyDeletesUnapproved',
        'OnlyTheApproverApproves',
      ]);
      const tagOf = denials.find(({ Sid }) => Sid === 'OnlyTheApproverApproves');
      expect(tagOf?.Condition?.['ForAnyValue:StringEquals']).toEqual({ 'aws:TagKeys': ['akashi:deletion'] });
      expect(named(tagOf?.Condition?.ArnNotEquals?.['aws:PrincipalArn'])).toBe(approver);
    },
  );
});

const rowStatements = policyStatements.filter(({ statement }) =>
  list(statement.Action).some((action) => String(action).startsWith('dynamodb:')),
);

/** Functions whose role allows one of these actions on rows of this partition of the table of rows. */
const reaching = (pk: string, actions: readonly string[]): readonly string[] =>
  functionIds.filter((id) =>
    roleStatements(made, roleId(id)).some(
      (statement) =>
        String(statement.Sid).startsWith('Rows') &&
        actions.some((action) => allows(statement, action)) &&
        (leadingKeys(statement) ?? ['*']).includes(pk),
    ),
  );

describe('who may read what', () => {
  const READS = ['dynamodb:GetItem', 'dynamodb:Query'];

  it('rows are granted by partition, and never to be scanned', () => {
    expect(rowStatements.length).toBeGreaterThan(30);
    for (const { id, statement } of rowStatements) {
      expect(leadingKeys(statement), id).toBeDefined();
      expect(leadingKeys(statement), id).not.toContain('*');
      for (const action of ['dynamodb:Scan', 'dynamodb:PartiQLSelect', 'dynamodb:ExportTableToPointInTime']) {
        expect(allows(statement, action), `${id} ${action}`).toBe(false);
      }
    }
  });

  it('requests', () => {
    expect(reaching('request/*', READS)).toEqual([
      'request-submit',
      'requests',
      'request-exports',
      'request-examinations',
      'request-withdrawal',
      'leavers',
      'request-certificate',
      'batches',
      'batch-examining',
      'certificate-lists',
      'data-orders',
      'data-order-acts',
      'data-erasure',
      'data-end',
      'request-pages',
      'certificate-pages',
      'ceremony',
      'scheduled-recovery',
      'batch-submissions',
      'batch-examinations',
      'scheduled-retention',
    ]);
  });

  it('rows of certificates', () => {
    expect(reaching('certificates/*', READS)).toEqual([
      'request-examinations',
      'request-certificate',
      'batches',
      'invitations',
      'principal-enrolment',
      'principal-ends',
      'certificates',
      'certificate-lists',
      'certificate-exports',
      'certificate',
      'certificate-revocation',
      'certificate-hold',
      'certificate-correction',
      'certificate-release',
      'evidence',
      'disclosure-bundles',
      'own',
      'certificate-pages',
      'ceremony',
      'scheduled-recovery',
      'batch-examinations',
      'scheduled-due',
      'scheduled-responders',
      'scheduled-closings',
      'scheduled-retention',
    ]);
  });

  /** Functions that query or count records settle staged records first. */
  const SETTLING = [
    'records',
    'record-pages',
    'accesses',
    'counts',
    'report-make',
    'evidence',
    'disclosure-bundles',
    'own',
  ];

  it('records, which say who got which answer about whom', () => {
    // A record is read by its id, half of which is chance, by every function that verifies acts: all but these.
    const byId = reaching('record/*', ['dynamodb:GetItem']);
    expect(functionIds.filter((id) => !byId.includes(id)).sort()).toEqual(
      ['about', 'ocsp', 'scheduled-gauges'].sort(),
    );
    expect([...reaching('record/*', ['dynamodb:Query'])].sort()).toEqual(
      [
        'counts',
        'record-pages',
        'records',
        'recovery',
        'report-make',
        'scheduled-reports',
        'scheduled-retention',
        'scheduled-sequencing',
      ].sort(),
    );
  });

  it('the objects that prove acts: many read them, and each kind of end is put by the functions that make it', () => {
    const putting = (name: string): readonly string[] =>
      functionIds
        .filter((id) =>
          roleStatements(made, roleId(id)).some(
            (statement) =>
              allows(statement, 's3:PutObject') && JSON.stringify(statement.Resource).includes(`/${name}"`),
          ),
        )
        .sort();
    const ofRecords = [
      'amendments',
      'batch-examinations',
      'batch-submissions',
      'request-examinations',
      'request-withdrawal',
      'scheduled-recovery',
    ];
    expect(putting('outcomes/batch.*')).toEqual(['batch-examining', 'batch-files']);
    // A list of rows that are examined together is made by the function that signs examinations.
    expect(putting('batches/*')).toEqual(['batch-examining']);
    expect(putting('outcomes/0*')).toEqual(ofRecords);
    expect(putting('outcomes/status.*')).toEqual([
      'certificate-correction',
      'certificate-hold',
      'certificate-release',
      'certificate-revocation',
      'principal-ends',
      'principal-enrolment',
      'scheduled-due',
    ]);
    expect(putting('outcomes/office.*')).toEqual(['office-acts']);
    expect(putting('outcomes/principal.*')).toEqual([
      'invitations',
      'principal-acts',
      'principal-ends',
      'principal-enrolment',
      'scheduled-due',
    ]);
    expect(putting('outcomes/order.*')).toEqual([
      'principal-enrolment',
      'scheduled-recovery',
      'scheduled-responders',
    ]);
    expect(putting('outcomes/ceremony-consent/*')).toEqual(['ceremony-consent']);
    expect(putting('outcomes/delegate.*')).toEqual(['own']);
    expect(putting('outcomes/table-behind/*')).toEqual(['recovery']);
    expect(putting('outcomes/*')).toEqual(['ceremony']);
    expect(putting('closings/*')).toEqual([
      'certificate-hold',
      'certificate-revocation',
      'office-acts',
      'principal-ends',
      'principal-enrolment',
      'scheduled-due',
    ]);
    expect(putting('closings-followed/*')).toEqual(['scheduled-closings']);
    expect(putting('act-keys/*')).toEqual(['ceremony']);
    expect(putting('log-batches/*')).toEqual(['scheduled-sequencing']);
  });

  it('sealed keys', () => {
    expect(reaching('responder-keys', READS)).toEqual([
      'ocsp',
      'disclosure-bundles',
      'disclosure-keys',
      'certificate-status-pages',
      'ceremony',
      'scheduled-responders',
    ]);
  });

  it('which trust domain is in force: all read it, operators approve the next one, the ceremony applies it', () => {
    expect(reaching('trust-domain', ['dynamodb:PutItem'])).toEqual(['amendments', 'ceremony']);
    const silent = functionIds.filter((id) => !reaching('trust-domain', ['dynamodb:GetItem']).includes(id));
    expect(silent).toEqual(['about', 'scheduled-gauges']);
  });

  it('the OCSP function reads statuses, who is enrolled and its own keys, and writes records: nothing more', () => {
    const statements = roleStatements(made, roleId('ocsp'));
    const granted = statements.flatMap((statement) =>
      list(statement.Action).map((action) => [String(action), leadingKeys(statement) ?? '']),
    );
    const objects = statements
      .filter((statement) => allows(statement, 's3:GetObject'))
      .flatMap(({ Resource }) => [...JSON.stringify(Resource).matchAll(/"\/([^"]+)"/g)])
      .map(([, name]) => name);
    expect(objects.sort()).toEqual([
      'act-keys-closed/enrolment-*',
      'act-keys-closed/holder-*',
      'act-keys-closed/invitation-*',
      'act-keys/enrolment-*',
      'act-keys/holder-*',
      'act-keys/invitation-*',
      'outcomes/office.*',
      'outcomes/principal.*',
    ]);
    expect(granted).toEqual([
      ['logs:CreateLogStream', ''],
      ['logs:PutLogEvents', ''],
      ['xray:PutTelemetryRecords', ''],
      ['xray:PutTraceSegments', ''],
      [
        'dynamodb:GetItem',
        [
          'enrolled-office/*',
          'enrolled-principal/*',
          'log',
          'responder-keys',
          'responders',
          'signed-requests/*',
          'staged/*',
          'status/*',
          'trust-domain',
        ],
      ],
      ['dynamodb:Query', ['issuers']],
      ['dynamodb:PutItem', ['signed-requests/*', 'staged/*']],
      ['kms:Decrypt', ''],
      ['kms:DescribeKey', ''],
      ['kms:Encrypt', ''],
      ['kms:GenerateDataKey', ''],
      ['kms:ReEncryptFrom', ''],
      ['kms:ReEncryptTo', ''],
      ['s3:ListBucket', ''],
      ['s3:GetObject', ''],
      ['kms:Decrypt', ''],
      ['secretsmanager:GetSecretValue', ''],
    ]);
  });

  it('settled records: written and taken back by functions that settle, deleted by the one that enforces retention', () => {
    const writing = [...SETTLING, 'scheduled-sequencing', 'scheduled-reports'].sort();
    expect([...reaching('record/*', ['dynamodb:PutItem'])].sort()).toEqual(writing);
    // A record without a proof that somebody put among the settled is taken back.
    expect([...reaching('record/*', ['dynamodb:DeleteItem'])].sort()).toEqual(
      [...writing, 'scheduled-retention'].sort(),
    );
    expect(reaching('log', ['dynamodb:PutItem'])).toEqual(['scheduled-sequencing']);
  });

  it('handed-over files: the functions that write them, one object at a time', () => {
    const holders = functionIds.filter((id) =>
      roleStatements(made, roleId(id)).some(({ Resource }) =>
        JSON.stringify(Resource)?.includes(handOver[0]),
      ),
    );
    expect(holders).toEqual(ROUTE_FUNCTIONS.filter((fn) => fn.handOver).map(({ id }) => id));
    expect(holders).toEqual(expect.arrayContaining(['records', 'evidence', 'reports', 'disclosure-bundles']));
    for (const id of holders) {
      const actions = roleStatements(made, roleId(id))
        .filter(({ Resource }) => JSON.stringify(Resource)?.includes(handOver[0]))
        .flatMap(({ Action }) => list(Action));
      expect([...actions].sort(), id).toEqual(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject']);
    }
  });

  it('access logs: only those of the CDN, by the function that counts them', () => {
    const reading = functionIds.filter((id) =>
      roleStatements(made, roleId(id)).some(({ Resource }) =>
        JSON.stringify(Resource)?.includes(accessLogs[0]),
      ),
    );
    expect(reading).toEqual(['cdn-log-delivery']);
    const granted = roleStatements(made, roleId('cdn-log-delivery')).filter(({ Resource }) =>
      JSON.stringify(Resource)?.includes(accessLogs[0]),
    );
    expect(granted.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(JSON.stringify(granted[0]?.Resource)).toContain('/publication/*');
    expect(granted[1]?.Condition).toEqual({ StringLike: { 's3:prefix': 'publication/*' } });
  });

  it('the function of public statistics: totals only, and no writes', () => {
    const granted = roleStatements(made, roleId('statistics')).flatMap((statement) => {
      const keys = leadingKeys(statement);
      return keys === undefined ? [] : [[list(statement.Action), keys]];
    });
    expect(granted).toEqual([
      [['dynamodb:GetItem'], ['record/*', 'staged/*', 'trust-domain', 'trust-domain-amendments']],
      [['dynamodb:Query'], ['count/*']],
    ]);
  });

  it('no role may do everything of a service', () => {
    const wide = policyStatements.filter(({ statement }) =>
      list(statement.Action).some((action) => /^\*$|:\*$/.test(String(action))),
    );
    expect(wide).toEqual([]);
  });
});

describe('what is encrypted', () => {
  const dataKey = keys.find(
    ([, { Properties }]) => Properties.Description === 'Rows, published objects and alarms',
  )?.[0];

  it('rows, under our key; personal data and their data keys under another one', () => {
    const keyOf = ofType('AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => {
      expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
      const [replica] = Properties.Replicas as [{ SSESpecification: { KMSMasterKeyId: unknown } }];
      return named(replica.SSESpecification.KMSMasterKeyId);
    });
    const personalKey = keys.find(([, { Properties }]) =>
      String(Properties.Description).startsWith('Personal data'),
    )?.[0];
    expect(personalKey).toBeDefined();
    expect(keyOf).toEqual([dataKey, personalKey, personalKey]);
  });

  it('published and handed-over objects under our key, access logs under S3’s; none in plain HTTP or in public', () => {
    const buckets = ofType('AWS::S3::Bucket');
    expect(buckets).toHaveLength(3);
    for (const [id, { Properties }] of buckets) {
      expect(Properties.PublicAccessBlockConfiguration, id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.VersioningConfiguration, id).toEqual(
        id === handOver[0] ? undefined : { Status: 'Enabled' },
      );
      expect(JSON.stringify(Properties.BucketEncryption)).toMatch(/aws:kms|AES256/);
    }
    const published = buckets.find(([, { Properties }]) => Properties.ObjectLockEnabled)?.[1].Properties;
    for (const properties of [published, handOver[1].Properties]) {
      expect(JSON.stringify(properties?.BucketEncryption)).toContain(dataKey);
    }
    expect(ofType('AWS::S3::BucketPolicy')).toHaveLength(buckets.length);
    for (const [, { Properties }] of ofType('AWS::S3::BucketPolicy')) {
      expect(JSON.stringify(Properties.PolicyDocument)).toContain('"aws:SecureTransport":"false"');
    }
  });

  it('alarms and dead letters', () => {
    expect(ofType('AWS::SNS::Topic').map(([, { Properties }]) => named(Properties.KmsMasterKeyId))).toEqual([
      dataKey,
    ]);
    expect(ofType('AWS::SQS::Queue').map(([, { Properties }]) => Properties.SqsManagedSseEnabled)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it('symmetric keys are rotated', () => {
    const symmetric = keys.filter(([, { Properties }]) => Properties.KeyUsage !== 'SIGN_VERIFY');
    expect(symmetric.map(([, { Properties }]) => Properties.EnableKeyRotation)).toEqual([true, true, true]);
  });
});

describe('what is kept', () => {
  it.each([
    'AWS::DynamoDB::GlobalTable',
    'AWS::S3::Bucket',
    'AWS::KMS::Key',
    'AWS::KMS::Alias',
    'AWS::Cognito::UserPool',
    'AWS::SQS::Queue',
  ])('every %s stays when the stack goes', (type) => {
    const found = ofType(type);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, { DeletionPolicy }]) => DeletionPolicy !== 'Retain').map(([id]) => id)).toEqual(
      [],
    );
    expect(found.filter(([, one]) => one.UpdateReplacePolicy !== 'Retain').map(([id]) => id)).toEqual([]);
  });

  it('rows: deletion protection, recovery to any second of 35 days, expiry by the attribute that rows carry', () => {
    const tables = ofType('AWS::DynamoDB::GlobalTable');
    // The copies of data keys end after the days that the trust domain says.
    expect(tables.map(([id]) => /Rows|DataKeys/.exec(id)?.[0])).toEqual(['Rows', 'Rows', 'DataKeys']);
    for (const [i, [, { Properties }]] of tables.entries()) {
      const [replica] = Properties.Replicas as [Record<string, unknown>];
      expect(replica.DeletionProtectionEnabled).toBe(true);
      expect(replica.PointInTimeRecoverySpecification).toEqual({
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: [35, 35, 30][i],
      });
      expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expires', Enabled: true });
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
    }
  });

  it('published CRLs and the log: locked for ten years', () => {
    const locks = ofType('AWS::S3::Bucket').flatMap(
      ([, { Properties }]) => Properties.ObjectLockConfiguration ?? [],
    );
    expect(locks).toEqual([
      { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Days: 3660, Mode: 'GOVERNANCE' } } },
    ]);
  });

  it('handed-over files and interrupted uploads: a day, without a lock', () => {
    const { LifecycleConfiguration, ObjectLockEnabled } = handOver[1].Properties;
    expect(LifecycleConfiguration).toEqual({
      Rules: [
        {
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          ExpirationInDays: 1,
          Status: 'Enabled',
        },
      ],
    });
    expect(ObjectLockEnabled).toBeUndefined();
  });

  it('access logs of the CDN, which hold addresses: as few days as the settings say', () => {
    const { Rules } = accessLogs[1].Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    expect(Rules.find(({ Prefix }) => Prefix === 'publication/')).toEqual({
      ExpirationInDays: 30,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Prefix: 'publication/',
      Status: 'Enabled',
    });
  });

  it('the stack itself cannot be deleted by mistake', () => {
    expect(made.stack.terminationProtection).toBe(true);
  });
});

describe('functions', () => {
  it('run on Node 24 and arm64, traced, each with a role and a log of its own', () => {
    const functions = ofType('AWS::Lambda::Function');
    expect(functions).toHaveLength(functionIds.length);
    for (const [id, { Properties }] of functions) {
      expect(Properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
    }
    expect(new Set(functions.map(([, { Properties }]) => named(Properties.Role))).size).toBe(
      functions.length,
    );
    const logs = functions.map(([, { Properties }]) =>
      named((Properties.LoggingConfig as { LogGroup: unknown }).LogGroup),
    );
    expect(new Set(logs).size).toBe(functions.length);
  });

  it('of the ceremony: one person consents and opens, another invokes', () => {
    const [target, consent] = [functionId('ceremony'), functionId('ceremony-consent')];
    expect(resources[target]?.Properties.ReservedConcurrentExecutions).toBe(0);
    const holding = (action: string) =>
      policyStatements
        .filter(({ statement }) => allows(statement, action))
        .map(({ id, statement }) => [named(statement.Resource), id] as const);
    const [opening, ...othersOpening] = holding('lambda:PutFunctionConcurrency');
    expect([opening?.[0], othersOpening]).toEqual([target, []]);
    const invoking = new Map(holding('lambda:InvokeFunction'));
    expect([...invoking.keys()].sort()).toEqual([target, consent].sort());
    expect(invoking.get(consent)).toBe(opening?.[1]);
    expect(invoking.get(target)).not.toBe(opening?.[1]);
    expect(
      ofType('AWS::Lambda::Permission').filter(([, { Properties }]) =>
        [target, consent].includes(named(Properties.FunctionName) ?? ''),
      ),
    ).toEqual([]);
  });

  it('of consents: no other function writes a consent, except to mark it as used', () => {
    const putting = (name: string): readonly string[] =>
      functionIds.filter((id) =>
        roleStatements(made, roleId(id)).some(
          (statement) =>
            allows(statement, 's3:PutObject') && JSON.stringify(statement.Resource).includes(`/${name}"`),
        ),
      );
    expect(putting('outcomes/ceremony-consent/*')).toEqual(['ceremony-consent']);
    expect(putting('outcomes/*')).toEqual(['ceremony']);
    expect(putting('principal-keys/*')).toEqual([
      'request-examinations',
      'principal-enrolment',
      'ceremony',
      'scheduled-recovery',
      'batch-examinations',
    ]);
    expect(putting('compromised-keys/*')).toEqual([
      'certificate-revocation',
      'certificate-hold',
      'certificate-correction',
      'certificate-release',
      'scheduled-closings',
    ]);
    const { Timeout, ReservedConcurrentExecutions } = propertiesOf(functionId('ceremony-consent'));
    expect([Timeout, ReservedConcurrentExecutions]).toEqual([900, undefined]);
  });

  it('serve every route of the service but those of the embedded token issuer', () => {
    const ours = ROUTE_FUNCTIONS.flatMap((fn) =>
      fn.routes.map(({ method, path }) => `${method} ${path}`),
    ).sort();
    const all = [...routes, ...pages].map(({ method, path }) => `${method} ${path}`).sort();
    expect(ours).toEqual(all.filter((route) => !OF_ONE_MACHINE.includes(route)));
  });

  it('name each page as its file does, and know who has signed in where a page is for roles', async () => {
    for (const { id, routes: own, doors, sessions } of ROUTE_FUNCTIONS) {
      const shown = own.filter(({ page }) => page !== undefined);
      for (const { file, page = '', method, path } of shown) {
        const found = (await import(`../../functions/pages/${file}.ts`))[page];
        expect([found?.id, found?.method, found?.path], id).toEqual([page, method, path]);
      }
      expect(sessions !== undefined, id).toBe(doors === 'callers' && shown.length > 0);
    }
  });

  it('sign people in by one, which alone makes keys of sessions', () => {
    expect(ROUTE_FUNCTIONS.filter(({ sessions }) => sessions === 'make').map(({ id }) => id)).toEqual([
      'session-pages',
    ]);
  });

  it('render pages by functions that have no key of a CA, and post forms to those of their operations', () => {
    const pagesOnly = ROUTE_FUNCTIONS.filter(({ routes: own }) =>
      own.every(({ page }) => page !== undefined),
    );
    expect(pagesOnly.map(({ id, caKeys, actKeys }) => [id, caKeys, actKeys])).toEqual(
      [
        'public-pages',
        'certificate-status-pages',
        'session-pages',
        'request-pages',
        'certificate-pages',
        'authority-pages',
        'record-pages',
      ].map((id) => [id, undefined, undefined]),
    );
  });

  it('are one if they have the same grants and stand behind the same doors', () => {
    const may = ({ id: _, routes: __, ...grants }: (typeof ROUTE_FUNCTIONS)[number]) =>
      JSON.stringify(grants);
    const alike = Map.groupBy(ROUTE_FUNCTIONS, may).values();
    expect([...alike].filter(({ length }) => length > 1).map((some) => some.map(({ id }) => id))).toEqual([]);
  });

  it('run every task of the service on a schedule', () => {
    const scheduled = TASK_FUNCTIONS.filter(({ everyMinutes }) => everyMinutes !== undefined).map(
      ({ id }) => id,
    );
    const tasks = Object.keys(TASKS).map((task) => `scheduled-${task}`);
    expect([...scheduled].sort()).toEqual([...tasks, 'scheduled-gauges', 'cdn-log-delivery'].sort());
    const targets = ofType('AWS::Events::Rule').map(([, { Properties }]) =>
      named((Properties.Targets as { Arn: unknown }[])[0]?.Arn),
    );
    expect(targets.sort()).toEqual(scheduled.map(functionId).sort());
  });

  it('stand behind the doors that their routes need', () => {
    const access = new Map(routes.map((route) => [`${route.method} ${route.path}`, route.access]));
    const wrong = ROUTE_FUNCTIONS.flatMap((fn) =>
      fn.routes
        .filter(({ page }) => page === undefined)
        .map(({ method, path }) => `${method} ${path}`)
        .filter((route) => {
          const asked = access.get(route);
          return fn.doors !== (asked === 'public' ? 'public' : asked === 'optional' ? 'both' : 'callers');
        }),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');
  const commands = [...runbook.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, line]) => block ?? line ?? '',
  );
  const asked = [...runbook.matchAll(/\$\(out (\w+)\)/g)].map(([, name]) => name as string);
  const { network, ...rest } = publicSettings();
  if (network.kind !== 'public') throw new Error('The network is expected to be public.');
  const origin = { host: 'origin.akashi.example', certificateArn: network.tokens.certificateArn };
  const withOrigin = { ...network, publication: { ...network.publication, origin } };
  const given = {
    ...synthesise(privateSettings(), { codeOf: standIn }).templates.get('')?.Outputs,
    ...synthesise({ ...rest, network: withOrigin }, { codeOf: standIn }).templates.get('')?.Outputs,
  } as Readonly<Record<string, { readonly Description?: string }>>;

  it('takes each name from an output of the importer’s stack', () => {
    expect(new Set(asked).size).toBeGreaterThan(20);
    expect(asked.filter((name) => given[name] === undefined)).toEqual([]);
    expect(made.outputs).toMatchObject({
      TableName: { Ref: expect.stringContaining('Rows') },
      SealingKey: { 'Fn::GetAtt': [expect.stringContaining('SealingKey'), 'Arn'] },
      RespondersFunction: { Ref: functionId('scheduled-responders') },
    });
  });

  it('writes no name of a deployment itself: no host, alias, function, log group or ARN', () => {
    const literal =
      /https?:\/\/(?!new\.example)[\w.-]*example|alias\/|Akashi-|\/aws\/lambda|arn:aws|log-group-name [^$]/;
    expect(commands.length).toBeGreaterThan(100);
    expect(commands.filter((command) => literal.test(command))).toEqual([]);
  });

  it('has a use for every output, and each says what it is', () => {
    const unused = Object.keys(given).filter(
      (name) => !asked.includes(name) && !runbook.includes(`\`${name}\``),
    );
    expect(unused).toEqual([]);
    const silent = Object.entries(given).filter(
      ([, { Description = '' }]) => !/^[A-Z].{20,}$/.test(Description),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

describe('operations', () => {
  it('raises an alarm for each thing that must not happen in silence', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    const metrics = alarms.map(({ MetricName }) => MetricName);
    for (const metric of [
      'CrlSecondsLeft',
      'ResponderDaysLeft',
      'OldestUnsequencedRecord',
      'RowsSetAside',
      'CrlAlarms',
      'LeavesBehind',
      'KmsThrottled',
      'Errors',
      'Duration',
      'ApproximateNumberOfMessagesVisible',
    ]) {
      expect(metrics, metric).toContain(metric);
    }
    for (const alarm of alarms) expect(list(alarm.AlarmActions as unknown[])).toHaveLength(1);
    const silent = alarms.filter(({ MetricName }) => /Left$/.test(String(MetricName)));
    expect(new Set(silent.map(({ TreatMissingData }) => TreatMissingData))).toEqual(new Set(['breaching']));
  });
});
