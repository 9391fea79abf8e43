import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { personRole } from '../keys/ca-keys.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import type { Settings } from '../settings.ts';

interface CeremonyRolesProps {
  readonly ceremony: ServiceFunction;
  readonly consent: ServiceFunction;
  readonly persons: Settings['ceremony'];
}

/**
 * A ceremony takes two persons. The opener invokes the function for consents, which says which event may be carried
 * out; the ceremony's function carries out no other. The reserved concurrency of the ceremony's function is 0, so
 * nothing can invoke it. The opener may raise it and not invoke. The holder may invoke, and may neither raise it nor
 * consent.
 */
export class CeremonyRoles extends Construct {
  constructor(scope: Construct, id: string, { ceremony, consent, persons }: CeremonyRolesProps) {
    super(scope, id);
    const opener = personRole(this, 'Opener', persons.opener, 'Consents to a ceremony, opens and closes it');
    opener.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:PutFunctionConcurrency', 'lambda:GetFunctionConcurrency'],
        resources: [ceremony.lambda.functionArn],
      }),
    );
    opener.addToPolicy(invoking(consent));
    personRole(
      this,
      'Holder',
      persons.holder,
      'Holds the ceremony that another has consented to and opened',
    ).addToPolicy(invoking(ceremony));
  }
}

const invoking = ({ lambda }: ServiceFunction): PolicyStatement =>
  new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] });
