import { Fn, NestedStack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Placement } from '../lambda/service-function.ts';
import type { PrivateNetwork as PrivateSettings, Settings } from '../settings.ts';

const portOf = ({ protocol, port }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

/**
 * A VPC without a way to the Internet. Functions reach the AWS services that they use through endpoints. The operator
 * of the closed network (LGWAN, or a prefecture's own) attaches it to this VPC.
 */
export class PrivateNetwork extends NestedStack {
  readonly placement: Placement;
  /**
   * The address at which callers in the closed network reach S3, to fetch answers that are too large for the load
   * balancer. The gateway endpoint serves only what is in the VPC, so callers have an interface endpoint.
   */
  readonly s3Address: string;
  readonly #zones: string[];

  constructor(
    scope: Construct,
    id: string,
    { network, log }: { readonly network: PrivateSettings; readonly log: Settings['log'] },
  ) {
    super(scope, id);
    const { vpcCidr, clients, witnessNetworks } = network;
    this.#zones = network.availabilityZones;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      availabilityZones: this.#zones,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'service', subnetType: SubnetType.PRIVATE_ISOLATED }],
      gatewayEndpoints: {
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: GatewayVpcEndpointAwsService.S3 },
      },
    });
    vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs() });
    const securityGroup = new SecurityGroup(this, 'Functions', {
      vpc,
      description: 'The functions of the service',
      allowAllOutbound: false,
    });
    // To any address: the gateway endpoints have AWS's public addresses, and those of KMS and SQS are inside the VPC.
    securityGroup.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      'DynamoDB, S3, KMS and SQS through the endpoints',
    );
    const witnessPorts = new Set(log.witnesses.map(({ url }) => portOf(new URL(url))));
    for (const standing of witnessNetworks ?? []) {
      for (const port of witnessPorts) {
        securityGroup.addEgressRule(Peer.ipv4(standing), Port.tcp(port), 'Witnesses of the log');
      }
    }
    const endpoints = new SecurityGroup(this, 'Endpoints', {
      vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(securityGroup, Port.tcp(443), 'From the functions');
    vpc.addInterfaceEndpoint('Kms', {
      service: InterfaceVpcEndpointAwsService.KMS,
      securityGroups: [endpoints],
      open: false,
    });
    vpc.addInterfaceEndpoint('Sqs', {
      service: InterfaceVpcEndpointAwsService.SQS,
      securityGroups: [endpoints],
      open: false,
    });
    const fetching = new SecurityGroup(this, 'Fetching', {
      vpc,
      description: 'S3, for callers who fetch what was handed over',
      allowAllOutbound: false,
    });
    for (const client of clients) {
      fetching.addIngressRule(Peer.ipv4(client), Port.tcp(443), 'Callers who fetch what was handed over');
    }
    const s3 = vpc.addInterfaceEndpoint('Fetch', {
      service: InterfaceVpcEndpointAwsService.S3,
      securityGroups: [fetching],
      open: false,
      // Without private DNS the functions keep using the gateway endpoint, which costs nothing.
      privateDnsEnabled: false,
    });
    // Reading only: a presigned URL has the rights of the function that signed it, and this policy removes the others.
    s3.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:ResourceAccount': this.account } },
      }),
    );
    // The first of the endpoint's names is `{zone}:*.vpce-….s3.{region}.vpce.amazonaws.com`. For objects `bucket`
    // replaces `*`.
    const wildcard = Fn.select(1, Fn.split(':', Fn.select(0, s3.vpcEndpointDnsEntries)));
    this.s3Address = `https://bucket${Fn.select(1, Fn.split('*', wildcard))}`;
    this.placement = { vpc, subnets: vpc.isolatedSubnets, securityGroup };
  }
  /** The CDK compares the VPC's zones with these, and would ask the account for them. */
  override get availabilityZones(): string[] {
    return this.#zones;
  }
}
