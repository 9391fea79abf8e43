import { Zip, ZipPassThrough } from 'fflate';

/** A file in an archive. */
export interface ArchivedFile {
  /** ASCII: readers disagree about other names. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A ZIP archive (APPNOTE 6.3), made while it is read, in memory that does not grow with the files. They are stored as they are: PEM is
 * mostly chance, and compresses little.
 */
export const archiveOf = async function* (
  files: AsyncIterable<ArchivedFile>,
  at: Date,
): AsyncGenerator<Uint8Array> {
  let made: Uint8Array[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, piece) => {
    if (error) failure = error;
    else made.push(piece);
  });
  const taken = (): readonly Uint8Array[] => {
    if (failure) throw failure;
    const pieces = made;
    made = [];
    return pieces;
  };
  for await (const { name, bytes } of files) {
    const entry = new ZipPassThrough(name);
    entry.mtime = at;
    zip.add(entry);
    entry.push(bytes, true);
    yield* taken();
  }
  zip.end();
  yield* taken();
};
