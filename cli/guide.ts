/** What the help of a command says below its options; each element is a line. */
export interface Guide {
  /** What has to be there first: a service, credentials, files and where they come from. */
  readonly needs: readonly string[];
  /** What the command prints or writes. */
  readonly result: readonly string[];
  /** Given only where they differ from those in `akashi --help`. */
  readonly exitCodes?: readonly string[];
  /** Lines for a shell beside a service that `npm start` runs. test/cli/examples.test.ts runs every one of them. */
  readonly examples: readonly string[];
}

/** The guide as text, in the form of commander's own sections. */
export const guideText = ({ needs, result, exitCodes = [], examples }: Guide): string =>
  section('Needs', needs) +
  section('Result', result) +
  section('Exit codes', exitCodes) +
  section('Examples', examples);

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}:${lines.map((line) => `\n  ${line}`).join('')}\n`;
