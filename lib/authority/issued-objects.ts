import { Fault, wentThrough } from '../fault.ts';
import type { Closes } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';
import { MAX_PAGE, type Objects } from '../store/store.ts';

/**
 * What became of a serial number. The object stands in the bucket before the CA's key signs, and is never changed:
 *
 *   issued/{ca}/{serial}   IssuedObject
 *
 * It is put after the certificate's rows were stored, so rows that are missing beside it were deleted by somebody. Their
 * number is never stored as good a second time.
 */
export interface IssuedObject {
  /** Id of the record of the issuance. */
  readonly record: string;
  /** `keyIdentity` of the certified key; absent where the certificate was given up. */
  readonly key?: string;
  /** No rows were stored, and the certificate is never signed. */
  readonly givenUp: boolean;
  /** The end that the issuance is: there its record is found. */
  readonly closes: Closes;
  /** For the status row, if all rows are lost: the order, and the certificate's end in Unix seconds. */
  readonly order: string;
  readonly notAfter: number;
}

export interface IssuedObjects {
  read(ref: CertificateRef): Promise<IssuedObject | undefined>;
  /** The certificates of every such object. */
  all(ca?: string): AsyncGenerator<CertificateRef>;
  /** The object that stands there afterwards. `isOurs` is false where another was first. */
  put(ref: CertificateRef, object: IssuedObject): Promise<IssuedObject & { readonly isOurs: boolean }>;
}

const pathOf = ({ ca, serial }: CertificateRef): string => `issued/${ca}/${serial}`;

const damaged = (path: string, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'The object of an issued serial number cannot be read; restore it from a copy of the bucket.',
    { path },
    { cause },
  );

const parse = (path: string, body: Uint8Array): IssuedObject => {
  let value: { readonly [member in keyof IssuedObject]?: unknown };
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw damaged(path, cause);
  }
  const { record, key, givenUp, order, notAfter } = value ?? {};
  const { act, number } = (value?.closes ?? {}) as Partial<Record<keyof Closes, unknown>>;
  if (
    typeof record !== 'string' ||
    typeof order !== 'string' ||
    typeof notAfter !== 'number' ||
    typeof act !== 'string' ||
    typeof number !== 'number'
  ) {
    throw damaged(path);
  }
  return {
    record,
    ...(typeof key === 'string' && { key }),
    givenUp: givenUp === true,
    closes: { act, number },
    order,
    notAfter,
  };
};

async function* listed(objects: Pick<Objects, 'list'>, prefix: string): AsyncGenerator<CertificateRef> {
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await objects.list(prefix, { limit: MAX_PAGE, ...from });
    for (const key of page.keys) {
      const [, ca, serial] = key.split('/');
      if (ca !== undefined && serial !== undefined) yield { ca, serial };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

export const openIssuedObjects = (objects: Objects): IssuedObjects => {
  const read: IssuedObjects['read'] = async (ref) => {
    const path = pathOf(ref);
    const object = await objects.get(path);
    return object && parse(path, object.body);
  };

  return {
    read,

    all: (ca) => listed(objects, ca === undefined ? 'issued/' : `issued/${ca}/`),

    put: async (ref, object) => {
      const path = pathOf(ref);
      const { givenUp, ...members } = object;
      const body = Buffer.from(JSON.stringify({ ...members, ...(givenUp && { givenUp }) }));
      if (await wentThrough(objects.put(path, body, { if: 'absent' }))) return { ...object, isOurs: true };
      const first = await read(ref);
      if (first === undefined) throw damaged(path);
      return { ...first, isOurs: false };
    },
  };
};
