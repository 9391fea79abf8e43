import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { personRole } from './ca-keys.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Settings } from './settings.ts';

/**
 * Two persons for a ceremony. The function's reserved concurrency is 0, so nothing can invoke it: the opener may raise
 * it and not invoke; the holder may invoke and not raise it.
 */
export class CeremonyRoles extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly ceremony: ServiceFunction; readonly persons: Settings['ceremony'] },
  ) {
    super(scope, id);
    const { lambda } = props.ceremony;
    const { opener, holder } = props.persons;
    personRole(this, 'Opener', opener, 'Opens and closes the ceremony').addToPolicy(
      new PolicyStatement({
        actions: ['lambda:PutFunctionConcurrency', 'lambda:GetFunctionConcurrency'],
        resources: [lambda.functionArn],
      }),
    );
    personRole(this, 'Holder', holder, 'Holds the ceremony that another has opened').addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
    );
  }
}
