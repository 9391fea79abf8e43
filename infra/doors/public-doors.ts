import { NestedStack } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';
import type { Output } from '../outputs.ts';
import { fileOf, type PublicNetwork, REQUESTS_PER_SECOND } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { Door, domainName, type Entry, type Throttle, withoutPages } from './door.ts';
import type { OriginSecrets } from './origin-secrets.ts';
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
  readonly originSecrets: OriginSecrets;
  readonly store: Store;
  readonly logDays: number;
}

/** For callers with credentials: at each of their doors as much as the ledger of one table sustains. */
const CALLERS: Throttle = { rateLimit: REQUESTS_PER_SECOND, burstLimit: REQUESTS_PER_SECOND };

/** The ways in from the Internet, each a nested stack. Returns the targets for their DNS names, and the CDN's id. */
export const publicDoors = (scope: Construct, props: PublicDoorsProps): Readonly<Record<string, Output>> => {
  const { network, named, store } = props;
  const { certificates } = network;
  const logRetention = props.logDays as RetentionDays;

  const everybody = new NestedStack(scope, 'PublicDoor');
  const { requestsPerSecond, origin } = network.publication;
  const originCa = origin?.mutualTls?.clientCa;
  const originDomain =
    origin &&
    domainName(
      everybody,
      'OriginDomain',
      origin,
      originCa && fileOf('network.publication.origin.mutualTls.clientCa', originCa),
    );
  const door = new Door(everybody, 'PublicDoor', {
    description: 'For everybody, behind the CDN',
    entries: props.open,
    logRetention,
    openBecause:
      'CA certificates, CRLs, OCSP and the description of the service are for everybody (RFC 5280, RFC 6960). The web ACL of the CDN limits how often one address asks through the CDN. The functions refuse what goes around it. The throttle of this stage bounds both together, so what goes around the CDN takes turns of what comes through it, unless the origin asks for the certificate of the CDN (publication.origin.mutualTls).',
    ...(originDomain && { domain: originDomain, keepsEndpoint: origin?.prepared === true }),
    throttle: { rateLimit: requestsPerSecond, burstLimit: 2 * requestsPerSecond },
  });
  const { distribution } = new Publication(everybody, 'Publication', {
    publication: network.publication,
    crls: props.crls,
    originHost: origin === undefined || origin.prepared ? door.host : origin.host,
    ...(origin?.mutualTls && { clientCertificateArn: origin.mutualTls.certificateArn }),
    originSecret: props.originSecrets.shown,
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
    new Door(stack, 'CertificateDoor', {
      description,
      entries: named,
      logRetention,
      openBecause:
        'The domain asks for a client certificate (mutual TLS), and the function names the principal by it and checks its status.',
      domain,
      throttle: CALLERS,
      pagesIn: new NestedStack(scope, 'CertificateDoorPages'),
    });
    return domain.regionalDomainName;
  };

  const byToken = (): string => {
    const stack = new NestedStack(scope, 'TokenDoor');
    const domain = domainName(stack, 'TokenDomain', network.tokens);
    new Door(stack, 'TokenDoor', {
      description: 'For callers with a token',
      // A token is no session, and people have no browser that sends one.
      entries: withoutPages(named),
      logRetention,
      domain,
      ...(store.tokens && { authorizer: store.tokens.authorizer }),
      throttle: CALLERS,
    });
    return domain.regionalDomainName;
  };

  const target = (value: string, host: string): Output => ({
    value,
    description: `Where the DNS name ${host} points (CNAME, or an alias record)`,
  });
  return {
    PublicationTarget: target(distribution.distributionDomainName, network.publication.host),
    Distribution: {
      value: distribution.distributionId,
      description: 'The CDN, for invalidations and for its own commands',
    },
    ...(origin && originDomain && { OriginTarget: target(originDomain.regionalDomainName, origin.host) }),
    ...(certificates.clientCa !== undefined && {
      CertificateDoorTarget: target(byCertificate(certificates.clientCa), certificates.host),
    }),
    TokenDoorTarget: target(byToken(), network.tokens.host),
  };
};
