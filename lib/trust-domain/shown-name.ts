import { Fault, phrase } from '../fault.ts';
import { findUnshown } from '../lint/lint.ts';
import { buildName, type Name } from '../pki/pki.ts';

/**
 * A name as `buildName` makes it, and as linting takes it: with nothing that does not show. A file that has another one is
 * refused before a key is made. Fault: `malformed-name`.
 */
export const buildShownName = (attributes: readonly (readonly [string, string])[]): Name => {
  for (const [type, value] of attributes) {
    const unshown = findUnshown(value);
    if (unshown) {
      throw new Fault(
        'malformed-name',
        phrase`The attribute ${type} has ${unshown.codePoint}, which ${unshown.why}.`,
      );
    }
  }
  return buildName(attributes);
};
