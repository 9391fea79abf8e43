import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';

/**
 * ARN of the one role with which CloudFormation deploys the stack: the setting, or else the role that the stack's
 * synthesizer names (`cdk bootstrap` makes it). Fault: `configuration-invalid` where there is neither.
 */
export const deploymentRoleOf = (
  scope: Construct,
  { deploymentRole }: Pick<Settings, 'deploymentRole'>,
): string => {
  if (deploymentRole !== undefined) return deploymentRole;
  const { synthesizer, partition, account, region } = Stack.of(scope);
  const { cloudFormationExecutionRoleArn: named } = synthesizer as {
    readonly cloudFormationExecutionRoleArn?: string;
  };
  if (named === undefined) {
    throw refusal([
      'deploymentRole: the stack has a synthesizer that names no role for CloudFormation; give the ARN of the role that deploys it',
    ]);
  }
  const values: Readonly<Record<string, string>> = {
    Partition: partition,
    AccountId: account,
    Region: region,
  };
  return named.replaceAll(/\$\{AWS::(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
};
