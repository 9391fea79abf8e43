import { CfnOutput, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CeremonyRoles } from './authority/ceremony-roles.ts';
import type { AkashiSettings } from './contract.ts';
import { type Entry, withoutPages } from './doors/door.ts';
import { OriginSecrets } from './doors/origin-secrets.ts';
import { PrivateDoor } from './doors/private-door.ts';
import { publicDoors } from './doors/public-doors.ts';
import { ROUTE_FUNCTIONS, SUBSYSTEMS, TASK_FUNCTIONS } from './functions.ts';
import { Keys } from './keys/keys.ts';
import type { CodeOf } from './lambda/code.ts';
import type { ServiceFunction } from './lambda/service-function.ts';
import { SubsystemStack } from './lambda/subsystem-stack.ts';
import { PrivateNetwork } from './network/private-network.ts';
import { Operations } from './operations/operations.ts';
import { namesOf, type Output } from './outputs.ts';
import { placeOf, readSettings, type Settings } from './settings.ts';
import { Store } from './store/store.ts';
import { readTrustDomainFile } from './trust-domain-file.ts';

/**
 * The whole service. The store is in the importer's stack, and everything else is in stacks nested there. They are made
 * in this order, and refer only to what comes before them:
 *
 *   the store, and the private network -> the subsystems' functions -> keys, doors, operations
 *
 * Faults: `configuration-invalid`, `trust-domain-invalid`.
 */
export class Service extends Construct {
  /** Every function by its id. */
  readonly functions: ReadonlyMap<string, ServiceFunction>;

  constructor(scope: Construct, id: string, given: AkashiSettings, codeOf: CodeOf) {
    super(scope, id);
    const settings = readSettings(given, placeOf(this));
    const trustDomain = readTrustDomainFile(settings.trustDomain);
    const { authorities } = trustDomain.content;
    const { network, log } = settings;
    // If the stack were deleted the stored data would remain, but the service would stop.
    Stack.of(this).terminationProtection = true;

    const closed =
      network.kind === 'private' ? new PrivateNetwork(this, 'Network', { network, log }) : undefined;
    const store = new Store(this, 'Store', settings, trustDomain.content);
    const originSecrets =
      network.kind === 'public'
        ? new OriginSecrets(this, 'OriginSecrets', { number: network.publication.originSecret })
        : undefined;
    const means = { settings, trustDomain, store, closed, originSecrets, codeOf };
    const subsystems = new Map(SUBSYSTEMS.map((one) => [one.id, new SubsystemStack(this, one, means)]));
    this.functions = new Map([...subsystems.values()].flatMap(({ functions }) => [...functions]));

    const keys = new Keys(this, 'Keys', { settings, authorities });
    for (const grants of [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS]) {
      const fn = this.functions.get(grants.id);
      if (fn) keys.grant(fn, grants);
    }
    new CeremonyRoles(subsystems.get('Authority') as SubsystemStack, 'Ceremony', {
      ceremony: this.#function('ceremony'),
      consent: this.#function('ceremony-consent'),
      persons: settings.ceremony,
    });
    const doors = this.#openDoors(settings, store, closed, originSecrets);
    const operations = new Operations(new NestedStack(this, 'Operations'), 'Operations', {
      name: settings.name,
      key: store.key,
      email: settings.alarms.email,
      authorities,
      functions: this.functions,
      ocsp: this.#function('ocsp'),
      deadLetters: store.deadLetters,
      batchQueues: store.batchQueues,
      cdnLogs: store.cdnLogs,
    });
    this.#output({
      ...namesOf({
        stack: Stack.of(this),
        settings,
        store,
        keys,
        operations,
        functionOf: (one) => this.#function(one),
      }),
      ...doors,
    });
  }

  #function(id: string): ServiceFunction {
    const found = this.functions.get(id);
    if (!found) throw new Error(`There is no function ${id}.`);
    return found;
  }

  #openDoors(
    { network, retention }: Settings,
    store: Store,
    closed: PrivateNetwork | undefined,
    originSecrets: OriginSecrets | undefined,
  ): Readonly<Record<string, Output>> {
    const entries = ROUTE_FUNCTIONS.map(({ id, doors, routes, ownThrottle = false }) => ({
      fn: this.#function(id),
      doors,
      routes,
      ownThrottle,
    }));
    const open: readonly Entry[] = entries.filter(({ doors }) => doors !== 'callers');
    const named: readonly Entry[] = entries.filter(({ doors }) => doors !== 'public');
    if (network.kind === 'public') {
      const crls = this.#function('crl-stream');
      return publicDoors(this, {
        network,
        open,
        named,
        crls,
        originSecrets: originSecrets as OriginSecrets,
        store,
        logDays: retention.logDays,
      });
    }
    const { accessLogs } = store;
    const { target } = new PrivateDoor(this, 'PrivateDoor', {
      network,
      closed: closed as PrivateNetwork,
      // Pages are shown over HTTPS only.
      open: withoutPages(open),
      all: entries,
      accessLogs,
    });
    return {
      DoorTarget: {
        value: target,
        description: 'Where the DNS name of the service points: the load balancer inside the VPC',
      },
    };
  }

  /** Outputs of the importer's stack, under exactly these names: whatever the runbook's commands use. */
  #output(outputs: Readonly<Record<string, Output>>): void {
    for (const [name, { value, description }] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value, description }).overrideLogicalId(name);
    }
  }
}
