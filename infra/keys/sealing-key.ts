import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ArnPrincipal, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Grants } from '../lambda/grants.ts';
import { keeping } from './ca-keys.ts';

const MAKE = 'kms:GenerateDataKeyPairWithoutPlaintext';
const OPEN = 'kms:Decrypt';

/** The condition on the encryption context limits the statement to keys of one kind (lib/keys/kms-sealed.ts). */
const statement = (
  sid: string,
  action: string,
  ids: string,
  kind: 'responder-key' | 'act-key' | 'session-key' = 'responder-key',
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions: [action],
    resources: ['*'],
    conditions: { StringLike: { [`kms:EncryptionContext:${kind}`]: ids } },
  });

/**
 * Functions name the key by its alias. With its ARN their stacks would refer to the key's stack, whose policy refers to
 * their roles, and stacks cannot refer to each other in a circle.
 */
export const sealingKeyAlias = (prefix: string): string => `alias/${prefix}-sealing`;

/** Ids of responders' keys (lib/authority/own-certificates.ts), and of the key of disclosures (lib/app.ts). */
const RESPONDERS = 'ocsp-*';
const DISCLOSURE = 'disclosure';
/** Session keys are of a month (lib/keys/kms-session-keys.ts). */
const MONTHS = '20*';

/**
 * The symmetric key that seals the keys which sign in a function's own memory. A function that makes responders' keys
 * may not open them; a function that opens them may not make them. As with the CA keys, only the key's own policy
 * counts, not IAM policies.
 */
export class SealingKey extends Construct {
  readonly arn: string;
  readonly #makeResponders = statement('MakeResponderKeys', MAKE, RESPONDERS);
  readonly #openResponders = statement('OpenResponderKeys', OPEN, RESPONDERS);
  readonly #makeDisclosure = statement('MakeDisclosureKey', MAKE, DISCLOSURE);
  readonly #openDisclosure = statement('OpenDisclosureKey', OPEN, DISCLOSURE);
  readonly #makeSessions = statement('MakeSessionKeys', 'kms:GenerateDataKey', MONTHS, 'session-key');
  readonly #openSessions = statement('OpenSessionKeys', OPEN, MONTHS, 'session-key');

  /** For each kind of act: opening its keys, and making them. */
  readonly #openActs = new Map<string, PolicyStatement>();
  readonly #makeActs = new Map<string, PolicyStatement>();
  readonly #policy: PolicyDocument;

  constructor(
    scope: Construct,
    id: string,
    { prefix, deploymentRole }: { readonly prefix: string; readonly deploymentRole: string },
  ) {
    super(scope, id);
    const statements = [
      this.#makeResponders,
      this.#openResponders,
      this.#makeDisclosure,
      this.#openDisclosure,
      this.#makeSessions,
      this.#openSessions,
    ];
    this.#policy = new PolicyDocument({ statements: [...statements, keeping(deploymentRole)] });
    const key = new Key(this, 'Key', {
      description: 'Seals the keys of OCSP responders, of disclosures, of acts and of sessions',
      enableKeyRotation: true,
      // Multi-Region, because a key cannot become so later and a second site needs it. Nobody may replicate it until
      // the policy says so.
      multiRegion: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
      policy: this.#policy,
    });
    key.addAlias(sealingKeyAlias(prefix)).applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.arn = key.keyArn;
  }

  grantMake(role: IRole): void {
    this.#makeResponders.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  grantUse(role: IRole): void {
    this.#openResponders.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  /** A function that uses the key also makes it, if it is not there yet. */
  grantDisclosure(role: IRole, what: 'make' | 'use'): void {
    this.#makeDisclosure.addPrincipals(new ArnPrincipal(role.roleArn));
    if (what === 'use') this.#openDisclosure.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  /** The function that signs people in makes the key of the month, and opens it as all do that ask who has signed in. */
  grantSessions(role: IRole, what: 'make' | 'open'): void {
    this.#openSessions.addPrincipals(new ArnPrincipal(role.roleArn));
    if (what === 'make') this.#makeSessions.addPrincipals(new ArnPrincipal(role.roleArn));
  }

  /** A function opens the keys of the acts that it signs. The ceremony makes keys of all kinds. */
  grantActs(role: IRole, { sign, make = [] }: NonNullable<Grants['actKeys']>): void {
    for (const kind of sign) this.#act(this.#openActs, 'OpenActKeys', OPEN, kind, role);
    for (const kind of make === 'all' ? ['*'] : make)
      this.#act(this.#makeActs, 'MakeActKeys', MAKE, kind, role);
  }

  #act(made: Map<string, PolicyStatement>, sid: string, action: string, kind: string, role: IRole): void {
    let granted = made.get(kind);
    if (granted === undefined) {
      const name =
        kind === '*' ? 'All' : kind.replaceAll(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
      granted = statement(`${sid}${name}`, action, kind === '*' ? 'act-*' : `act-${kind}-*`, 'act-key');
      made.set(kind, granted);
      this.#policy.addStatements(granted);
    }
    granted.addPrincipals(new ArnPrincipal(role.roleArn));
  }
}
