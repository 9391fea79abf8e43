import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { acknowledge } from '../nag.ts';

/** Long enough that nobody guesses it, in characters that a header may have. */
const CHARACTERS = 48;

/**
 * The secrets by which functions know the requests of the CDN, made by Secrets Manager and numbered. The CDN shows one
 * of them. Functions take that one, the one before and the one after it. So a deployment with the next number leaves no
 * gap, whether it comes to the functions or to the CDN first, and neither does its rollback.
 *
 * The value reaches the CDN by CloudFormation's dynamic reference. No template and no file has it.
 */
export class OriginSecrets extends Construct {
  readonly #secrets: ReadonlyMap<number, Secret>;
  readonly #shown: number;

  constructor(scope: Construct, id: string, { number }: { readonly number: number }) {
    super(scope, id);
    this.#shown = number;
    const numbers = [number - 1, number, number + 1].filter((one) => one >= 1);
    this.#secrets = new Map(
      numbers.map((one) => {
        const secret = new Secret(this, `Number${one}`, {
          description: `Akashi: number ${one} of what the CDN shows to the functions`,
          generateSecretString: { passwordLength: CHARACTERS, excludePunctuation: true },
        });
        acknowledge(
          secret,
          'AwsSolutions-SMG4',
          [],
          'It is changed by a deployment with the next number, which brings the new one to the CDN and the functions together.',
        );
        return [one, secret];
      }),
    );
  }

  /** The text that the CDN shows, as a reference that CloudFormation resolves. */
  get shown(): string {
    return (this.#secrets.get(this.#shown) as Secret).secretValue.unsafeUnwrap();
  }

  /** For the environment of functions. */
  get arns(): readonly string[] {
    return [...this.#secrets.values()].map(({ secretArn }) => secretArn);
  }

  grantRead({ role }: ServiceFunction): void {
    role.addToPolicy(
      new PolicyStatement({
        sid: 'OriginSecrets',
        actions: ['secretsmanager:GetSecretValue'],
        resources: [...this.arns],
      }),
    );
  }
}
