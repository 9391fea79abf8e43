import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readEnvironment, stackOf } from '../../infra/environment.ts';
import { ROOT } from '../../infra/lambda/bundle.ts';
import { Service } from '../../infra/service.ts';
import { publicUrls, readPlaced, readSettings } from '../../infra/settings.ts';
import { allows, leadingKeys, roleStatements } from './policies.ts';
import {
  PLACE,
  PRIVATE_EXAMPLE,
  privateSettings,
  publicSettings,
  type Synthesised,
  standIn,
  synthesise,
} from './synthesised.ts';

/** The example of a private network, whose trust domain is named by an absolute path. */
const closed = synthesise(
  { ...privateSettings(), trustDomain: join(ROOT, privateSettings().trustDomain) },
  { codeOf: standIn },
);

describe('settings', () => {
  it('that are wrong are refused with every problem at once', () => {
    const wrong = { ...publicSettings(), name: 'Akashi', alarms: { email: 'nobody' } };
    expect(() => readSettings(wrong, PLACE)).toThrow(/name: .*alarms\.email: /);
    expect(() => readPlaced({ ...publicSettings(), account: '1', region: 'tokyo' }, 'it')).toThrow(
      /account: .*region: /,
    );
    expect(() => readEnvironment(() => undefined)).toThrow('cdk.json');
    expect(() => readSettings({ ...publicSettings(), colour: 'red' }, PLACE)).toThrow('colour');
  });

  it('that contradict each other are refused with the remedy', () => {
    const { network, ...rest } = publicSettings();
    if (network.kind !== 'public') throw new Error('The network is expected to be public.');
    const { publication, tokens } = network;
    const there = (arn: string) => arn.replace('us-east-1', 'eu-west-1');
    const elsewhere = { ...publication, certificateArn: there(publication.certificateArn) };
    const refused = (changed: object, place = PLACE) =>
      expect(() => readSettings({ ...rest, network: { ...network, ...changed } }, place));
    refused({ publication: elsewhere }).toThrow('ask ACM for one in us-east-1');
    refused({ tokens: { ...tokens, host: publication.host } }).toThrow('a host of their own each');
    refused({}, { ...PLACE, region: 'eu-west-1' }).toThrow(/certificates.*eu-west-1; .*tokens.*eu-west-1/);
    refused({}, { ...PLACE, account: '444455556666' }).toThrow(
      /network\.publication\.certificateArn: the certificate is in the account 111122223333; ask ACM for one in 444455556666/,
    );
    const origin = { host: 'origin.akashi.example', certificateArn: publication.certificateArn };
    refused({ publication: { ...publication, origin } }).toThrow('network.publication.origin.certificateArn');
    const same = { host: tokens.host, certificateArn: tokens.certificateArn };
    refused({ publication: { ...publication, origin: same } }).toThrow('a host of their own each');
    const deploymentRole = 'arn:aws:iam::444455556666:role/deployer';
    expect(() => readSettings({ ...publicSettings(), deploymentRole }, PLACE)).toThrow(
      'deploymentRole: it is not in the account 111122223333',
    );
    const inside = privateSettings();
    const small = { ...inside.network, vpcCidr: '10.20.0.0/28' };
    expect(() => readSettings({ ...inside, network: small }, PLACE)).toThrow(/vpcCidr: .*16 to 24/);
    const zones = { ...inside.network, availabilityZones: ['eu-west-1a', 'ap-northeast-1c'] };
    expect(() => readSettings({ ...inside, network: zones }, PLACE)).toThrow('eu-west-1a is not in');
    const twice = { ...inside, secondPublicationUrl: 'http://pki.akashi.lgwan.example' };
    expect(() => readSettings(twice, PLACE)).toThrow('leave it out');
  });

  it('that no certificate can bear are refused', () => {
    const { network, ...rest } = publicSettings();
    if (network.kind !== 'public') throw new Error('The network is expected to be public.');
    const second = (secondPublicationUrl: string) => () =>
      readSettings({ ...publicSettings(), secondPublicationUrl }, PLACE);
    expect(second('http://pki.akashi.example/a')).not.toThrow();
    for (const url of [
      'https://pki.akashi.example',
      'http://認証局.example.jp',
      'http://xn--a.example.jp',
      'http://pki.akashi.example/a b',
    ])
      expect(second(url), url).toThrow(/^secondPublicationUrl: |: an http address in ASCII/);
    const at = (host: string) => () =>
      readSettings(
        { ...rest, network: { ...network, publication: { ...network.publication, host } } },
        PLACE,
      );
    expect(at('pki.xn--wgv71a.jp')).not.toThrow();
    for (const host of ['ab--cd.example.jp', 'xn--vlaue.jp', '認証局.example.jp'])
      expect(at(host), host).toThrow('network.publication.host');
    const origin = (log: object) => () =>
      readSettings({ ...publicSettings(), log: { ...rest.log, ...log } }, PLACE);
    expect(origin({ origin: 'pki.akashi.example/log' })).not.toThrow();
    expect(origin({ origin: 'a log' })).toThrow('log.origin');
  });

  it('are refused for a stack without an account or a Region, and for files that are not there', () => {
    const make = (changed: object, env: object = PLACE) =>
      expect(
        () =>
          new Service(
            new Stack(new App(), 'Open', { env }),
            'Pki',
            { ...publicSettings(), ...changed },
            standIn,
          ),
      );
    make({}, { account: PLACE.account }).toThrow('leaves its region open');
    make({}, {}).toThrow('leaves its account and its region open');
    make({ trustDomain: 'domains/none.json' }).toThrow('there is no file');
    const { network } = publicSettings();
    if (network.kind !== 'public') throw new Error('The network is expected to be public.');
    const certificates = { ...network.certificates, clientCa: 'none.pem' };
    make({ network: { ...network, certificates } }).toThrow(
      'network.certificates.clientCa: there is no file',
    );
  });

  it('that are wrong end the synthesis with one line and code 1', () => {
    const { app, context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
    const { approver } = context.akashi.keyDeletion;
    const akashi = { ...context.akashi, keyDeletion: { approver, deleter: approver } };
    // A `cdk` that is installed elsewhere brings another Node, which the app must not run on.
    const { status, stderr } = spawnSync('/bin/sh', ['-c', app], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: '', CDK_CONTEXT_JSON: JSON.stringify({ ...context, akashi }) },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^configuration-invalid: Akashi's settings: keyDeletion names two different principals; .*\n$/,
    );
  });

  const environment = (settings: unknown) => readEnvironment((name) => ({ settings })[name as 'settings']);

  it('of an environment are in a file, by a path from the folder of the synthesis or an absolute one', () => {
    const { place, settings } = environment(PRIVATE_EXAMPLE);
    expect(place).toEqual(PLACE);
    expect(settings.network.kind).toBe('private');
    expect(environment(relative(process.cwd(), PRIVATE_EXAMPLE))).toEqual({ place, settings });
  });

  it('name the stack, so that two environments in one account and Region are two stacks', () => {
    const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
    const open = readEnvironment((name) => context[name]);
    const app = new App();
    const names = [open, environment(PRIVATE_EXAMPLE)].map((one) => stackOf(app, one).stackName);
    expect(names).toEqual(['akashi', 'akashi-lgwan']);
  });

  it('may name files by absolute paths too', () => {
    expect(closed.outputs.DoorTarget).toBeDefined();
  });

  it('of an environment that are not settings are refused by name, with a code and in one line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'environment-'));
    try {
      const write = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const example = JSON.parse(readFileSync(PRIVATE_EXAMPLE, 'utf8'));
      let copies = 0;
      const changed = (change: object) =>
        write(`changed-${++copies}.json`, JSON.stringify({ ...example, ...change }));
      const cases: readonly (readonly [unknown, RegExp])[] = [
        [join(folder, 'none.json'), /there is no file .*none\.json/],
        [folder, /there is no file/],
        [17, /give the path of a file/],
        [write('half.json', '{"name": '), /half\.json is not JSON/],
        [write('list.json', '[]'), /list\.json is no object/],
        [write('package.json', '{"name": "akashi"}'), /account: .*region: /],
        [changed({ colour: 'red' }), /the whole: .*"colour"/],
        [changed({ retention: { ...example.retention, logDays: '365' } }), /retention\.logDays: /],
        [changed({ network: { ...example.network, kind: 'public' } }), /network\.publication: .*vpcCidr/],
        [
          changed({ region: 'us-west-2' }),
          /the certificate is in ap-northeast-1; .*ap-northeast-1a is not in us-west-2/,
        ],
        [changed({ account: '444455556666' }), /in the account 111122223333; ask ACM/],
      ];
      for (const [given, message] of cases) {
        const refused = (() => {
          try {
            environment(given);
          } catch (error) {
            return error as Error & { readonly code: string };
          }
          throw new Error(`${given} was taken`);
        })();
        expect(refused.code, refused.message).toBe('configuration-invalid');
        expect(refused.message).toMatch(message);
        expect(refused.message).not.toContain('\n');
        expect(refused.stack).not.toMatch(/\n\s+at /);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of a private network need no account for the synthesis: nothing is looked up', () => {
    const { manifest } = closed.app.synth();
    expect(manifest.missing ?? []).toEqual([]);
    const errors = closed.stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'aws:cdk:error'));
    expect(errors).toEqual([]);
  });

  it('name two different persons for roles that need two', () => {
    const settings = publicSettings();
    const { opener } = settings.ceremony;
    expect(() => readSettings({ ...settings, ceremony: { opener, holder: opener } }, PLACE)).toThrow(
      'two different',
    );
    const { approver } = settings.keyDeletion;
    expect(() => readSettings({ ...settings, keyDeletion: { approver, deleter: approver } }, PLACE)).toThrow(
      'two different',
    );
  });

  it('ask for no more witnesses than there are', () => {
    expect(() => readSettings({ ...publicSettings(), log: { witnesses: [], threshold: 1 } }, PLACE)).toThrow(
      'log',
    );
  });

  it('of a private network name only witnesses that it can reach', () => {
    const vkey = 'witness.example+00000000+AA==';
    const settings = {
      ...privateSettings(),
      log: { witnesses: [{ vkey, url: 'https://witness.lgwan.example:8443' }], threshold: 1 },
    };
    expect(() => readSettings(settings, PLACE)).toThrow('no way to the Internet');
    const network = { ...settings.network, witnessNetworks: ['10.9.0.0/24'] };
    const { ofType } = synthesise(readSettings({ ...settings, network }, PLACE), { codeOf: standIn });
    const egress = ofType('AWS::EC2::SecurityGroup').flatMap(
      ([, { Properties }]) => (Properties.SecurityGroupEgress ?? []) as Record<string, unknown>[],
    );
    expect(egress.filter(({ CidrIp }) => CidrIp === '10.9.0.0/24')).toMatchObject([
      { FromPort: 8443, ToPort: 8443, IpProtocol: 'tcp' },
    ]);
    expect(() => readSettings({ ...publicSettings(), log: settings.log }, PLACE)).not.toThrow();
  });

  it('give the addresses of publication, plain HTTP first', () => {
    expect(publicUrls(publicSettings())).toBe('http://pki.akashi.example http://pki.akashi.lgwan.example');
    expect(publicUrls({ ...privateSettings(), secondPublicationUrl: undefined })).toBe(
      'http://pki.akashi.lgwan.example',
    );
  });
});

describe('a trust domain', () => {
  it('lets the OCSP function read the current CRLs only if its answers name CRLs', () => {
    const granted = (referring: boolean): unknown => {
      let found: unknown;
      withTrustDomain(
        (domain) =>
          Object.assign(first(domain), {
            ocsp: { ...(first(domain).ocsp as object), crlReferences: referring },
          }),
        (made) => {
          found = roleStatements(made, made.roleId('ocsp'))
            .filter((statement) => allows(statement, 'dynamodb:GetItem'))
            .flatMap((statement) => leadingKeys(statement) ?? []);
        },
      );
      return found;
    };
    const needed = [
      'enrolled-office/*',
      'enrolled-principal/*',
      'log',
      'responder-keys',
      'responders',
      'signed-requests/*',
      'staged/*',
      'status/*',
      'trust-domain',
    ];
    expect(granted(false)).toEqual(needed);
    expect(granted(true)).toEqual(['crls/*', ...needed]);
  });

  const withTrustDomain = (
    change: (domain: { authorities: Record<string, unknown>[] }) => void,
    look: (made: Synthesised) => void = () => {},
  ): void => {
    const folder = mkdtempSync(join(tmpdir(), 'domain-'));
    try {
      const domain = JSON.parse(readFileSync(join(ROOT, publicSettings().trustDomain), 'utf8'));
      change(domain);
      const path = join(folder, 'domain.json');
      writeFileSync(path, JSON.stringify(domain));
      look(synthesise({ ...publicSettings(), trustDomain: relative(ROOT, path) }, { codeOf: standIn }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const first = (domain: { authorities: Record<string, unknown>[] }) =>
    domain.authorities[0] as Record<string, unknown>;

  it('that is not valid is refused at synthesis', () => {
    expect(() =>
      withTrustDomain((domain) => Object.assign(first(domain), { validity: 'ten years' })),
    ).toThrow(expect.objectContaining({ code: 'trust-domain-invalid' }));
  });

  it('with a CA key that KMS could not sign CRLs with is refused at synthesis', () => {
    const refused = (): void =>
      withTrustDomain((domain) => Object.assign(first(domain), { algorithm: 'ed25519' }));
    expect(refused).toThrow(expect.objectContaining({ code: 'trust-domain-invalid' }));
    expect(refused).toThrow(/authorities\.0\.algorithm: organisation-1 cannot have ed25519 on AWS/);
  });

  it('with an ML-DSA CA gives a key that signs messages and their representatives', () => {
    expect(() =>
      withTrustDomain((domain) => Object.assign(first(domain), { algorithm: 'ml-dsa-65' })),
    ).not.toThrow();
  });
});
