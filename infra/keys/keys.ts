import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LOG_KEY } from '../../lib/keys/keys.ts';
import type { AuthorityDefinition } from '../../lib/trust-domain/trust-domain.ts';
import type { Grants } from '../lambda/grants.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import type { Settings } from '../settings.ts';
import { CaKeys } from './ca-keys.ts';
import { deploymentRoleOf } from './deployment-role.ts';
import { SealingKey } from './sealing-key.ts';

/**
 * The keys that sign, and the key that seals. Their policies name the roles of functions, so this stack comes after the
 * functions' stacks. The functions name keys by alias, so they refer to nothing in this stack.
 */
export class Keys extends NestedStack {
  readonly sealingKeyArn: string;
  readonly #caKeys: CaKeys;
  readonly #sealingKey: SealingKey;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly settings: Settings; readonly authorities: readonly AuthorityDefinition[] },
  ) {
    super(scope, id);
    const { name: prefix, keyDeletion } = props.settings;
    const deploymentRole = deploymentRoleOf(scope, props.settings);
    this.#caKeys = new CaKeys(this, 'CaKeys', {
      prefix,
      authorities: props.authorities,
      log: LOG_KEY,
      keyDeletion,
      deploymentRole,
    });
    this.#sealingKey = new SealingKey(this, 'SealingKey', { prefix, deploymentRole });
    this.sealingKeyArn = this.#sealingKey.arn;
  }

  grant({ role }: ServiceFunction, grants: Grants): void {
    const { caKeys, log, responderKeys, disclosureKey, actKeys, sessions } = grants;
    if (caKeys === 'sign') this.#caKeys.grantSign(role);
    if (log === 'extend') this.#caKeys.grantSignLog(role);
    if (responderKeys === 'make') this.#sealingKey.grantMake(role);
    if (responderKeys === 'use') this.#sealingKey.grantUse(role);
    if (actKeys) this.#sealingKey.grantActs(role, actKeys);
    if (sessions) this.#sealingKey.grantSessions(role, sessions);
    if (disclosureKey) this.#sealingKey.grantDisclosure(role, disclosureKey);
  }
}
