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
import { Construct } from 'constructs';
import type { Placement } from './service-function.ts';
import type { PrivateNetwork as Settings } from './settings.ts';

/**
 * A VPC without a way to the Internet. Functions reach the AWS services that they use through endpoints; the closed
 * network (LGWAN, or a prefecture's own) is attached to it by whoever runs that network.
 */
export class PrivateNetwork extends Construct {
  readonly placement: Placement;

  constructor(scope: Construct, id: string, { vpcCidr, availabilityZones }: Settings) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      availabilityZones,
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
    // To the gateway endpoints, whose addresses are AWS's public ones, and to KMS inside.
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'DynamoDB, S3 and KMS through the endpoints');
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
    this.placement = { vpc, subnets: vpc.isolatedSubnets, securityGroup };
  }
}
