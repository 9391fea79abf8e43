import type { Service } from '../../cli/demo/service.ts';
import { run } from '../../cli/run.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, run in this process. */
export const akashi = async (
  argv: readonly string[],
  {
    input = '',
    now = Date.now,
    isWatched = false,
  }: { readonly input?: string; readonly now?: () => number; readonly isWatched?: boolean } = {},
): Promise<Ended> => {
  let out = '';
  let err = '';
  const code = await run(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isWatched,
    input: async () => Buffer.from(input),
    now,
  });
  return { code, out, err };
};

/** From now on commands run in this process with that service as theirs, and with `folder` as the current one. */
export const enter = (folder: string, { url, tlsUrl, data }: Service): void => {
  process.chdir(folder);
  Object.assign(process.env, { AKASHI_URL: url, AKASHI_TLS_URL: tlsUrl, DATA_DIR: data });
};
