import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  Effect,
  type IRole,
  PolicyDocument,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Key, type KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type AlgorithmName, algorithmNamed } from '../../lib/keys/keys.ts';
import type { AuthorityDefinition } from '../../lib/trust-domain/trust-domain.ts';
import type { Settings } from '../settings.ts';

/**
 * No CA key can be deleted without this tag. One person may set it and not delete; the other may delete and not set it.
 */
const DELETION = 'akashi:deletion';
const APPROVED = 'approved';

interface CaKeysProps {
  readonly prefix: string;
  readonly authorities: readonly AuthorityDefinition[];
  /** The key that signs the log's checkpoints. They are short enough that KMS takes them whole and not as digests. */
  readonly log: { readonly id: string; readonly algorithm: AlgorithmName };
  readonly keyDeletion: Settings['keyDeletion'];
  /** ARN of the role with which CloudFormation deploys. */
  readonly deploymentRole: string;
}

/**
 * One asymmetric KMS key for each CA, and one for the log. Only the key's own policy says who can do what with it. IAM
 * policies count for nothing except the keeping of the stack, so an administrator of the account cannot grant himself
 * to sign.
 *
 *   sign, read the public half          each function that was granted it, by its role
 *   look, keep policy, tags and alias   the one role with which CloudFormation deploys
 *   say that it may be deleted          the approver, by the tag `akashi:deletion`
 *   delete it, disable it               the deleter, where the tag says so
 *   anything else                       nobody
 *
 * One way remains: a person who can deploy this stack can change the policy. That takes a reviewed change of the
 * template, which the tests compare with the golden one, and it is recorded in CloudTrail.
 */
export class CaKeys extends Construct {
  readonly aliasPrefix: string;
  readonly #signing: PolicyStatement[] = [];
  readonly #signingLog: readonly PolicyStatement[];
  readonly #deletion: () => PolicyStatement[];
  readonly #keeping: () => PolicyStatement;

  constructor(scope: Construct, id: string, props: CaKeysProps) {
    super(scope, id);
    this.aliasPrefix = props.prefix;
    this.#keeping = () => keeping(props.deploymentRole);
    const { approver, deleter } = props.keyDeletion;
    const approverRole = personRole(this, 'Approver', approver, 'Says that a CA key may be deleted');
    const deleterRole = personRole(this, 'Deleter', deleter, 'Deletes a CA key that the approver has let go');
    this.#deletion = () => deletion(approverRole, deleterRole);
    for (const { ca, algorithm, title } of props.authorities) {
      this.#signing.push(...this.#add(ca, algorithm, `CA key of ${ca} (${title.en})`));
    }
    this.#signingLog = this.#add(props.log.id, props.log.algorithm, 'Signs the checkpoints of the log');
  }

  /** Lets the role sign with the CA keys, and read their public halves. */
  grantSign(role: IRole): void {
    for (const statement of this.#signing) statement.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  /** Lets the role sign checkpoints of the log. */
  grantSignLog(role: IRole): void {
    for (const statement of this.#signingLog) statement.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  /** Returns the statements to which the principals that may use the key are added. */
  #add(id: string, algorithm: AlgorithmName, description: string): readonly PolicyStatement[] {
    const { kmsKeySpec, kmsSigningAlgorithm, hash } = algorithmNamed(algorithm);
    const publicHalf = new PolicyStatement({
      sid: 'PublicHalf',
      actions: ['kms:GetPublicKey'],
      resources: ['*'],
    });
    const sign = new PolicyStatement({
      sid: 'Sign',
      actions: ['kms:Sign'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:SigningAlgorithm': kmsSigningAlgorithm,
          'kms:MessageType': hash === null ? ['RAW', 'EXTERNAL_MU'] : 'DIGEST',
        },
      },
    });
    const key = new Key(this, id, {
      keySpec: kmsKeySpec as KeySpec,
      keyUsage: KeyUsage.SIGN_VERIFY,
      // Multi-Region, because a key cannot become so later and a second site needs it. Nobody may replicate it until
      // the policy says so.
      multiRegion: true,
      description,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({ statements: [publicHalf, sign, this.#keeping(), ...this.#deletion()] }),
    });
    Tags.of(key).add('akashi:key', id);
    key.addAlias(`alias/${this.aliasPrefix}-${id}`).applyRemovalPolicy(RemovalPolicy.RETAIN);
    return [publicHalf, sign];
  }
}

/** A role that only one person may assume, with a second factor. */
export const personRole = (scope: Construct, id: string, arn: string, description: string): Role =>
  new Role(scope, id, {
    assumedBy: new ArnPrincipal(arn).withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    description,
    maxSessionDuration: Duration.hours(1),
  });

/**
 * Everything that CloudFormation needs to make and keep the key. It can neither sign nor delete.
 *
 * The condition names one role, whole. KMS replaces a role that is the principal itself by its internal id: if the role
 * were deleted, a new one of the same name could not keep the key, and nobody could. The condition holds for the name, so
 * a new bootstrap of the account recovers the keys.
 */
export const keeping = (deploymentRole: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'KeepByDeployment',
    principals: [new AccountRootPrincipal()],
    actions: [
      'kms:DescribeKey',
      'kms:GetKeyPolicy',
      'kms:PutKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:EnableKeyRotation',
      'kms:UpdateKeyDescription',
      'kms:ListResourceTags',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:CreateAlias',
    ],
    resources: ['*'],
    conditions: { ArnEquals: { 'aws:PrincipalArn': deploymentRole } },
  });

const tagged = { [`aws:ResourceTag/${DELETION}`]: APPROVED };
const tagging = { 'aws:TagKeys': [DELETION] };

/**
 * The denials are for actions that nothing allows. They keep a statement that is added later from letting one person
 * act alone.
 */
const deletion = (approver: Role, deleter: Role): PolicyStatement[] => [
  new PolicyStatement({
    sid: 'ApproveDeletion',
    principals: [new ArnPrincipal(approver.roleArn)],
    actions: ['kms:TagResource', 'kms:UntagResource'],
    resources: ['*'],
    conditions: { 'ForAllValues:StringEquals': tagging, Null: { 'aws:TagKeys': 'false' } },
  }),
  new PolicyStatement({
    sid: 'UndoDeletion',
    principals: [new ArnPrincipal(approver.roleArn)],
    actions: ['kms:CancelKeyDeletion', 'kms:EnableKey'],
    resources: ['*'],
  }),
  new PolicyStatement({
    sid: 'DeleteApproved',
    principals: [new ArnPrincipal(deleter.roleArn)],
    actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: { StringEquals: tagged },
  }),
  new PolicyStatement({
    sid: 'NobodyDeletesAlone',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
    resources: ['*'],
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': deleter.roleArn } },
  }),
  new PolicyStatement({
    sid: 'NobodyDeletesUnapproved',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
    resources: ['*'],
    conditions: { StringNotEquals: tagged },
  }),
  new PolicyStatement({
    sid: 'OnlyTheApproverApproves',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:TagResource', 'kms:UntagResource'],
    resources: ['*'],
    conditions: {
      ArnNotEquals: { 'aws:PrincipalArn': approver.roleArn },
      'ForAnyValue:StringEquals': tagging,
    },
  }),
];
