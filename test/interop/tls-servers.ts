import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './judges.ts';

/** Stock TLS servers that ask clients for a certificate and judge it by CRLs. Each is one process in a folder of its own. */

/** What one server block judges by: files in PEM. */
export interface Judging {
  /** The trusted CA. */
  readonly ca: string;
  /** The CRLs, one after the other. */
  readonly crls: string;
  /** Apache's SSLCARevocationCheck. nginx has no such choice: it is always `chain`. */
  readonly check?: 'chain' | 'leaf';
}

export interface TlsServer {
  /** Whether the client that shows this certificate is let in, through the block of that place. */
  letsIn(block: number, client: { readonly certificate: string; readonly key: string }): Promise<boolean>;
  stop(): Promise<void>;
}

export const hasServer = (program: 'nginx' | 'apache2', option: '-v'): boolean => {
  const there = spawnSync(program, [option]).status === 0 && spawnSync('curl', ['--version']).status === 0;
  if (!there) process.stdout.write(`${program} or curl is not installed: its judgement is skipped.\n`);
  return there;
};

/** Ports that were free just now. */
const freePorts = async (count: number): Promise<readonly number[]> => {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((done) => probe.close(done))));
  return ports;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

const ATTEMPTS = 4;

/** Starts the program on free ports; somebody may take one meanwhile, so it is tried again. */
const start = async (
  folder: string,
  blocks: readonly Judging[],
  configure: (ports: readonly number[]) => string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<TlsServer> => {
  mkdirSync(folder);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...[
        '-subj',
        '/CN=localhost',
        '-keyout',
        join(folder, 'server.key'),
        '-out',
        join(folder, 'server.pem'),
      ],
    ],
    { stdio: 'pipe' },
  );
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(blocks.length);
    writeFileSync(join(folder, 'server.conf'), configure(ports));
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    if (await isUp(child, ports)) return { letsIn: openLetsIn(ports), stop: () => stopped(child) };
    await stopped(child);
    if (attempt === ATTEMPTS) throw new Error(`${program} did not start: ${said}${logOf(folder)}`);
  }
};

const logOf = (folder: string): string => {
  try {
    return readFileSync(join(folder, 'error.log'), 'utf8');
  } catch {
    return '';
  }
};

const isUp = async (child: ChildProcess, ports: readonly number[]): Promise<boolean> => {
  for (let waited = 0; waited < 10_000 && child.exitCode === null; waited += 50) {
    if ((await Promise.all(ports.map(answers))).every((up) => up)) return true;
    await delay(50);
  }
  return false;
};

const stopped = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
};

/** Nobody is let in by HTTP alone: a server that refuses the certificate ends the handshake, or answers 400. */
const openLetsIn =
  (ports: readonly number[]): TlsServer['letsIn'] =>
  async (block, { certificate, key }) => {
    const { stdout } = await run('curl', [
      ...['-sk', '-o', '/dev/null', '-w', '%{http_code}'],
      ...['--cert', certificate, '--key', key, `https://127.0.0.1:${ports[block]}/`],
    ]);
    if (!['204', '400', '000'].includes(stdout)) throw new Error(`The server answered ${stdout}.`);
    return stdout === '204';
  };

export const startNginx = (folder: string, blocks: readonly Judging[]): Promise<TlsServer> => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const configure = (ports: readonly number[]): string => `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      ssl_certificate server.pem; ssl_certificate_key server.key;
      ${blocks
        .map(
          ({ ca, crls }, i) => `
      server {
        listen 127.0.0.1:${ports[i]} ssl;
        ssl_verify_client on; ssl_client_certificate ${ca}; ssl_crl ${crls};
        location / { return 204; }
      }`,
        )
        .join('\n')}
    }`;
  const command = ['nginx', '-p', folder, '-c', 'server.conf', '-e', `${folder}/error.log`] as const;
  return start(folder, blocks, configure, command);
};

export const startApache = (folder: string, blocks: readonly Judging[]): Promise<TlsServer> => {
  const modules = ['mpm_event', 'authz_core', 'alias', 'ssl'];
  // Apache does not serve as root.
  const account = process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : '';
  const configure = (ports: readonly number[]): string => `
ServerRoot ${folder}
ServerName localhost
DefaultRuntimeDir ${folder}
Mutex file:${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
${account}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
SSLSessionCache none
${blocks
  .map(
    ({ ca, crls, check }, i) => `
Listen 127.0.0.1:${ports[i]}
<VirtualHost 127.0.0.1:${ports[i]}>
  SSLEngine on
  SSLCertificateFile server.pem
  SSLCertificateKeyFile server.key
  SSLVerifyClient require
  SSLCACertificateFile ${ca}
  SSLCARevocationFile ${crls}
  SSLCARevocationCheck ${check ?? 'chain'}
  Redirect 204 /
</VirtualHost>`,
  )
  .join('\n')}
`;
  return start(folder, blocks, configure, ['apache2', '-X', '-d', folder, '-f', `${folder}/server.conf`]);
};
