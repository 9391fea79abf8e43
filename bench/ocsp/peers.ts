import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeCertificate, decodePem } from '../../lib/pki/pki.ts';
import { has, type Server, startNode, startServer } from './processes.ts';
import { serialOf } from './store.ts';

/** The peers of the service: bare node:http, a responder in Go, `openssl ocsp`. */

const HERE = join(import.meta.dirname, 'peers');

export const startBare = (octets: number): Promise<Server> =>
  startNode(join(HERE, 'bare.ts'), String(octets));

export interface Authority {
  readonly certificate: string;
  readonly key: string;
  /** DER. */
  readonly der: Uint8Array;
  /** The path of a file with a serial number a line. */
  readonly serials: string;
  /** The path of an index.txt, as `openssl ca` keeps it. */
  readonly index: string;
}

/** A CA made by openssl, with the same serial numbers as our store has. */
export const makeAuthority = (folder: string, certificates: number): Authority => {
  const at = (name: string): string => join(folder, name);
  const command = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    [...command, '-days', '30', '-subj', '/CN=Peer', '-keyout', at('peer.key'), '-out', at('peer.pem')],
    { stdio: 'pipe' },
  );
  const serials = Array.from({ length: certificates }, (_, n) => serialOf(n));
  writeFileSync(at('serials.txt'), `${serials.join('\n')}\n`);
  const row = (serial: string): string =>
    `V\t401231235959Z\t\t${serial.toUpperCase()}\tunknown\t/CN=${serial}\n`;
  writeFileSync(at('index.txt'), serials.map(row).join(''));
  const pem = readFileSync(at('peer.pem'), 'utf8');
  return {
    certificate: at('peer.pem'),
    key: at('peer.key'),
    der: decodeCertificate(decodePem('CERTIFICATE', pem, 65_536)).der,
    serials: at('serials.txt'),
    index: at('index.txt'),
  };
};

/** Where Debian puts golang-golang-x-crypto-dev. */
const GOPATH = '/usr/share/gocode';

export const startGo = async (folder: string, authority: Authority): Promise<Server | undefined> => {
  if (!has('go') || !existsSync(join(GOPATH, 'src/golang.org/x/crypto/ocsp'))) return undefined;
  const program = join(folder, 'responder');
  const env = { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(folder, 'go-cache') };
  const built = spawnSync('go', ['build', '-o', program, join(HERE, 'responder.go')], {
    env,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const { certificate, key, serials } = authority;
  return startServer(['env', 'GOMAXPROCS=1', program, certificate, key, certificate, serials]);
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** `openssl ocsp` prints no port and does not end when its input ends. A shell around it does both. */
export const startOpenssl = async ({ certificate, key, index }: Authority): Promise<Server> => {
  const port = await freePort();
  const responder = `openssl ocsp -index "${index}" -CA "${certificate}" -rsigner "${certificate}" -rkey "${key}" -port ${port} -ignore_err >/dev/null 2>&1 </dev/null`;
  const script = `${responder} & echo ${port}; cat >/dev/null; kill $!`;
  const server = await startServer(['sh', '-c', script]);
  await sleep(1000);
  return server;
};
