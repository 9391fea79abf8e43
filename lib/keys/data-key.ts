import { Fault, phrase } from '../fault.ts';

/** What the two stores of data keys share: ids (lib/personal/contract.ts), names of files, and the fault of a damaged key. */

const ID = /^[a-z0-9_-][a-z0-9._-]{0,127}$/;
const END = '.key';

/** Fault: `configuration-invalid`. */
export const assertDataKeyId = (id: string): void => {
  if (ID.test(id)) return;
  throw new Fault(
    'configuration-invalid',
    'The id of a data key has 1 to 128 of the characters a-z, 0-9, "_", "-" and ".", and does not begin with ".".',
  );
};

export const fileOfDataKey = (id: string): string => `${id}${END}`;

/** Undefined where a file of that name is not one of a data key. */
export const dataKeyOfFile = (name: string): string | undefined => {
  const id = name.slice(0, -END.length);
  return name === fileOfDataKey(id) && ID.test(id) ? id : undefined;
};

export const dataKeyDamaged = (id: string, cause?: unknown): Fault =>
  new Fault(
    'data-key-damaged',
    phrase`The data key ${id} cannot be opened as it was put; put it back from a copy of the data keys.`,
    { id },
    { cause },
  );
