import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Serving {
  readonly url: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly child: ChildProcess;
}

/** The service over `folder` as a process of its own, with the credentials of all principals in `folder/credentials`. */
export const serving = async (folder: string): Promise<Serving> => {
  const script = join(import.meta.dirname, 'serving.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, tlsPort } = JSON.parse(line);
  return { url, port: Number(new URL(url).port), tlsPort, child };
};

/** The resident memory of the process, in octets; undefined if the system does not tell. */
export const residentMemory = ({ child }: Serving): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  const [, kibibytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1')) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
};
