import { type CfnElement, Names, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** A rule of cdk-nag that a construct does not follow, with the reason; findings narrow it to what is meant. */
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
 * How cdk-nag writes a bucket's ARN in a template: by its logical id, or by the parameter through which a bucket of the
 * stack around comes into a nested one.
 */
export const referenceIn = (scope: IConstruct, bucket: Bucket): string => {
  const made = bucket.node.defaultChild as CfnElement;
  return made.stack === Stack.of(scope)
    ? `<${made.stack.getLogicalId(made)}.Arn>`
    : `<referenceto${Names.nodeUniqueId(made.node)}Arn>`;
};
