import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  type AddToPrincipalPolicyResult,
  Effect,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../nag.ts';
import type { Code as FunctionCode } from './code.ts';

/** The time limit of a task for which no caller waits. */
export const TASK_TIMEOUT = Duration.minutes(5);

/** The place of functions in a closed network. */
export interface Placement {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  readonly securityGroup: ISecurityGroup;
}

export interface ServiceFunctionProps {
  readonly name: string;
  readonly code: FunctionCode;
  /** The export of the code that takes the events. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  readonly placement?: Placement | undefined;
  /** Takes events of asynchronous invocations that failed for good. */
  readonly deadLetters?: IQueue;
  readonly reservedConcurrency?: number;
}

/**
 * MB. With 1,769 a function has one whole processor. To sign an answer takes a fraction of a millisecond of processor
 * time.
 */
const MEMORY = 1024;

/**
 * The role of a function, with an inline policy: a separate one would be one more resource for each function. The
 * policy names only resources of the store, which refer to no role. It never names CA keys, because their policies
 * refer to roles.
 */
class FunctionRole extends Role {
  readonly #granted: PolicyDocument;

  constructor(scope: Construct, name: string) {
    const granted = new PolicyDocument();
    super(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Of the function ${name}`,
      inlinePolicies: { Granted: granted },
    });
    this.#granted = granted;
  }

  override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    this.#granted.addStatements(statement);
    return { statementAdded: true, policyDependable: this };
  }
}

/**
 * A function, its role and its log. At first the role may only write to that log and to the trace; the owner of each
 * other resource grants the rest.
 */
export class ServiceFunction extends Construct {
  readonly role: Role;
  readonly log: LogGroup;
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.role = new FunctionRole(this, props.name);
    this.log = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'Log',
        effect: Effect.ALLOW,
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.log.logGroupArn],
      }),
    );
    const { placement } = props;
    if (placement) this.#standInNetwork();
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Akashi: ${props.name}`,
      code: Code.fromAsset(props.code.folder, { assetHash: props.code.digest }),
      handler: props.handler,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: MEMORY,
      timeout: props.timeout,
      role: this.role,
      logGroup: this.log,
      tracing: Tracing.ACTIVE,
      environment: props.environment,
      ...(placement && {
        vpc: placement.vpc,
        vpcSubnets: { subnets: placement.subnets },
        securityGroups: [placement.securityGroup],
      }),
      ...(props.deadLetters && { deadLetterQueue: props.deadLetters }),
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
    });
    acknowledge(
      this.role,
      'AwsSolutions-IAM5',
      ['Resource::*'],
      'X-Ray takes no resource; in a VPC neither do the network interfaces that Lambda makes for the function.',
    );
  }

  /**
   * The actions by which Lambda connects the function to the network. The network interfaces do not exist beforehand,
   * so the statement cannot name them.
   */
  #standInNetwork(): void {
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'NetworkInterfaces',
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
  }
}
