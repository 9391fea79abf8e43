/** From the source, in a checkout of the project, npx runs this program. The package that is installed has compiled code. */
const CALLED = import.meta.url.endsWith('.ts') ? 'npx akashi' : 'akashi';

/** A text of this program, in which every command is written as the reader has to type it here. */
export const asRun = (text: string): string =>
  CALLED === 'akashi' ? text : text.replace(/(?<![\w./-]|npx )akashi(?= [a-z<[-])/g, CALLED);
