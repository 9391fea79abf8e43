import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Reads the profile that `node --cpu-prof` left in the folder: the functions with most self time, in percent of all. */
export const topOfProfile = (folder: string, count: number): readonly string[] => {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) return ['no profile was written'];
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?=(?:lib|functions|bench|node_modules)\/)/, '')}${url ? `:${lineNumber + 1}` : ''}`,
    ]),
  );
  // The first third is starting up and warming up.
  const from = Math.floor(samples.length / 3);
  const spent = new Map<string, number>();
  let all = 0;
  for (let i = from; i < samples.length; i++) {
    const name = names.get(samples[i] as number) ?? '';
    if (name.startsWith('(idle)')) continue;
    const delta = timeDeltas[i] as number;
    all += delta;
    spent.set(name, (spent.get(name) ?? 0) + delta);
  }
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, time]) => `${((100 * time) / all).toFixed(1).padStart(5)} %  ${name}`);
};
