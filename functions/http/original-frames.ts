import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/**
 * Frames of a stack in a function's bundle, rewritten to places in the sources. The source map is read at the first
 * frame: Node's `--enable-source-maps` would read it at each start, and most starts see no error. A frame without a map
 * stays as it is.
 */
export const originalFrames = (frames: readonly string[]): readonly string[] => frames.map(originalFrame);

const originalFrame = (frame: string): string =>
  frame.replace(/(\/[^()]*\.cjs):(\d+):(\d+)/, (place, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    return entry && 'originalSource' in entry
      ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      : place;
  });

const maps = new Map<string, SourceMap | undefined>();

const mapOf = (file: string): SourceMap | undefined => {
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  return maps.get(file);
};

const readMap = (file: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
};
