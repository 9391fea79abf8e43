import { NestedStack } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { fileOf, type PublicNetwork } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { Door, domainName, type Entry } from './door.ts';
import { Publication } from './publication.ts';
import { webAclArn } from './web-acl.ts';

interface PublicDoorsProps {
  readonly network: PublicNetwork;
  /** Functions that are open to everybody. */
  readonly open: readonly Entry[];
  /** Functions that ask callers for their credentials. */
  readonly named: readonly Entry[];
  /** Streams CRLs to the CDN. */
  readonly crls: ServiceFunction;
  readonly store: Store;
  readonly logDays: number;
}

/** The ways in from the Internet, each a nested stack. Returns the targets for their DNS names, and the CDN's id. */
export const publicDoors = (scope: Construct, props: PublicDoorsProps): Readonly<Record<string, string>> => {
  const { network, named, store } = props;
  const { certificates } = network;
  const logRetention = props.logDays as RetentionDays;
  const throttle = { rateLimit: 1_000, burstLimit: 500 };

  const everybody = new NestedStack(scope, 'PublicDoor');
  const door = new Door(everybody, 'PublicDoor', {
    description: 'For everybody, behind the CDN',
    entries: props.open,
    logRetention,
    throttle: { rateLimit: 10_000, burstLimit: 5_000 },
  });
  const { distribution } = new Publication(everybody, 'Publication', {
    publication: network.publication,
    crls: props.crls,
    originHost: door.host,
    accessLogs: store.accessLogs,
    webAclArn: webAclArn(scope, network.publication.requestsPerMinute),
  });

  const byCertificate = (clientCa: string): string => {
    const stack = new NestedStack(scope, 'CertificateDoor');
    const domain = domainName(
      stack,
      'CertificateDomain',
      certificates,
      fileOf('network.certificates.clientCa', clientCa),
    );
    const description = 'For callers with a client certificate';
    new Door(stack, 'CertificateDoor', { description, entries: named, logRetention, domain, throttle });
    return domain.regionalDomainName;
  };

  const byToken = (): string => {
    const stack = new NestedStack(scope, 'TokenDoor');
    const domain = domainName(stack, 'TokenDomain', network.tokens);
    new Door(stack, 'TokenDoor', {
      description: 'For callers with a token',
      entries: named,
      logRetention,
      domain,
      ...(store.tokens && { authorizer: store.tokens.authorizer }),
      throttle,
    });
    return domain.regionalDomainName;
  };

  return {
    PublicationTarget: distribution.distributionDomainName,
    Distribution: distribution.distributionId,
    ...(certificates.clientCa !== undefined && {
      CertificateDoorTarget: byCertificate(certificates.clientCa),
    }),
    TokenDoorTarget: byToken(),
  };
};
