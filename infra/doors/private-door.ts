import { Names, NestedStack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  MutualAuthenticationMode,
  SslPolicy,
  TargetType,
  TrustStore,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LambdaTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { PrivateNetwork } from '../network/private-network.ts';
import { fileOf, type PrivateNetwork as Settings } from '../settings.ts';
import type { Entry } from './door.ts';
import { listenerRules } from './listener-rules.ts';

interface PrivateDoorProps {
  readonly network: Settings;
  readonly closed: PrivateNetwork;
  /** Paths that everybody who can connect may use, by plain HTTP. */
  readonly open: readonly Entry[];
  /** Everything, by mutual TLS. */
  readonly all: readonly Entry[];
  readonly accessLogs: IBucket;
}

/**
 * The way in from a closed network: a load balancer inside the VPC, because API Gateway's HTTP APIs and CloudFront are
 * only on the Internet. Port 80 answers relying parties; port 443 asks for a client certificate and answers everything.
 */
export class PrivateDoor extends NestedStack {
  readonly target: string;

  constructor(scope: Construct, id: string, props: PrivateDoorProps) {
    super(scope, id);
    const { network, closed } = props;
    const { vpc, subnets } = closed.placement;
    const securityGroup = new SecurityGroup(this, 'Clients', {
      vpc,
      description: 'Clients in the closed network',
      allowAllOutbound: false,
    });
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: { subnets },
      internetFacing: false,
      securityGroup,
      deletionProtection: true,
      dropInvalidHeaderFields: true,
      // HTTP/2 may split a cookie header (RFC 9113 8.2.3), and of a header that comes twice a function gets the last one.
      http2Enabled: false,
    });
    for (const client of network.clients) {
      securityGroup.addIngressRule(Peer.ipv4(client), Port.tcp(80), 'Relying parties');
      securityGroup.addIngressRule(Peer.ipv4(client), Port.tcp(443), 'Callers with a client certificate');
    }
    this.target = balancer.loadBalancerDnsName;
    balancer.logAccessLogs(props.accessLogs, 'balancer');

    const nothing = ListenerAction.fixedResponse(404, {
      contentType: 'text/plain',
      messageBody: 'Nothing is here',
    });
    const plain = balancer.addListener('Plain', {
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: false,
      defaultAction: nothing,
    });
    this.#forward(plain, 'http', props.open);

    if (network.clientCa === undefined) return;
    const bundle = new Asset(this, 'ClientCa', { path: fileOf('network.clientCa', network.clientCa) });
    const tls = balancer.addListener('Tls', {
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      open: false,
      sslPolicy: SslPolicy.TLS13_RES,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', network.certificateArn)],
      mutualAuthentication: {
        mutualAuthenticationMode: MutualAuthenticationMode.VERIFY,
        trustStore: new TrustStore(this, 'TrustStore', { bucket: bundle.bucket, key: bundle.s3ObjectKey }),
      },
      defaultAction: nothing,
    });
    this.#forward(tls, 'tls', props.all);
  }

  #forward(listener: ApplicationListener, kind: 'http' | 'tls', entries: readonly Entry[]): void {
    const targets = new Map(
      entries.map(({ fn }, index) => [
        fn,
        new ApplicationTargetGroup(this, `${kind}-${fn.node.id}`, {
          // The function accepts the client certificate's header only from target groups of this name
          // (functions/lambda/load-balancer.ts).
          targetGroupName: `${kind}-${index}-${Names.uniqueResourceName(fn, { maxLength: 20, allowedSpecialCharacters: '' })}`,
          targetType: TargetType.LAMBDA,
          targets: [new LambdaTarget(fn.lambda)],
        }),
      ]),
    );
    listenerRules(entries).forEach(({ fn, paths, methods }, index) => {
      const [first = ''] = paths;
      listener.addAction(`${kind} ${fn.node.id} ${methods?.[0] ?? ''} ${first.replaceAll('/', ' ')}`, {
        priority: index + 1,
        conditions: [
          ListenerCondition.pathPatterns([...paths]),
          ...(methods ? [ListenerCondition.httpRequestMethods([...methods])] : []),
        ],
        action: ListenerAction.forward([targets.get(fn) as ApplicationTargetGroup]),
      });
    });
  }
}
