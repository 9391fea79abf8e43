import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ArnPrincipal, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keeping } from './ca-keys.ts';

/** The encryption context of every responder key (lib/keys/kms-sealed.ts). */
const CONTEXT = { 'kms:EncryptionContextKeys': ['responder-key', 'algorithm'] };

/**
 * The symmetric key under which responder keys are kept. Whoever makes one may not open it; whoever opens one may not
 * make it. As with the CA keys the policy hands nothing over to IAM policies.
 */
export class SealingKey extends Construct {
  readonly arn: string;
  readonly #make: PolicyStatement;
  readonly #use: PolicyStatement;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const conditions = {
      'ForAllValues:StringEquals': CONTEXT,
      Null: { 'kms:EncryptionContextKeys': 'false' },
    };
    this.#make = new PolicyStatement({
      sid: 'MakeResponderKeys',
      actions: ['kms:GenerateDataKeyPairWithoutPlaintext'],
      resources: ['*'],
      conditions,
    });
    this.#use = new PolicyStatement({
      sid: 'UseResponderKeys',
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions,
    });
    const key = new Key(this, 'Key', {
      description: 'Seals the keys of OCSP responders',
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({ statements: [this.#make, this.#use, keeping(this)] }),
    });
    this.arn = key.keyArn;
  }

  grantMake(role: IRole): void {
    this.#make.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  grantUse(role: IRole): void {
    this.#use.addPrincipals(new ArnPrincipal(role.roleArn));
  }
}
