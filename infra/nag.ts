import { type CfnElement, Names, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * Records that a construct does not follow a rule of cdk-nag, with the reason. `findings` limits this to the findings
 * meant.
 */
export const acknowledge = (
  construct: IConstruct,
  rule: string,
  findings: readonly string[],
  reason: string,
): void => {
  const ids = findings.length === 0 ? [rule] : findings.map((finding) => `${rule}[${finding}]`);
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
};

/**
 * cdk-nag's notation for a bucket's ARN: the bucket's logical id or, in a nested stack, the parameter that brings in a
 * bucket of the outer stack.
 */
export const referenceIn = (scope: IConstruct, bucket: Bucket): string => {
  const made = bucket.node.defaultChild as CfnElement;
  return made.stack === Stack.of(scope)
    ? `<${made.stack.getLogicalId(made)}.Arn>`
    : `<referenceto${Names.nodeUniqueId(made.node)}Arn>`;
};
