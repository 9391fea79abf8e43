import { run } from '../../cli/run.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, run in this process. */
export const akashi = async (
  argv: readonly string[],
  { input = '', now = Date.now }: { readonly input?: string; readonly now?: () => number } = {},
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
    input: async () => Buffer.from(input),
    now,
  });
  return { code, out, err };
};
