import { CrossStackReferences, NestedStack, ReferenceStrength, Stack } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** CloudFront takes web ACLs only from this Region, and a nested stack is always in its parent's Region. */
const CLOUDFRONT_REGION = 'us-east-1';

/**
 * Limits how often one address may ask the CDN in a minute, so that a flood ends there and costs neither functions nor
 * rows. AWS's managed rules are left out: the common ones refuse requests without a User-Agent, which many OCSP clients
 * send, and take DER in bodies for attacks.
 *
 * The web ACL is in a stack beside the importer's, or in the importer's own where that is in us-east-1. Its ARN has a
 * random part, so the importer's stack cannot compute it and reads it out of the other stack across the Regions, by
 * `Fn::GetStackOutput`. The CDK's strong reference would make two functions of its own for that, each with a role. The
 * weak reference lets somebody delete the other stack while it is in use, but WAF itself refuses to delete a web ACL in
 * use.
 */
export const webAclArn = (service: Construct, requestsPerMinute: number): string => {
  const home = Stack.of(service);
  const scope =
    home.region === CLOUDFRONT_REGION
      ? new NestedStack(service, 'Cdn')
      : new Stack(home.node.scope ?? home, `${home.node.id}-${service.node.id}-Cdn`, {
          env: { account: home.account, region: CLOUDFRONT_REGION },
          description: `The web ACL of ${home.stackName}: CloudFront takes it from this Region`,
        });
  const seen = (metricName: string) => ({
    cloudWatchMetricsEnabled: true,
    metricName,
    sampledRequestsEnabled: false,
  });
  const acl = new CfnWebACL(scope, 'WebAcl', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: seen('Publication'),
    rules: [
      {
        name: 'RequestsOfOneAddress',
        priority: 0,
        statement: {
          rateBasedStatement: { aggregateKeyType: 'IP', evaluationWindowSec: 60, limit: requestsPerMinute },
        },
        action: { block: { customResponse: { responseCode: 429 } } },
        visibilityConfig: seen('RequestsOfOneAddress'),
      },
    ],
  });
  CrossStackReferences.of(acl).produce(ReferenceStrength.WEAK);
  return acl.attrArn;
};
