import type { Readable } from 'node:stream';

/** The service sends something every 15 seconds, and if only a comment. */
const SILENT_MS = 60_000;
/** Longer lines are not read. */
const MAX_LINE = 1024 * 1024;

/**
 * Reads server-sent events (HTML standard 9.2.6), whose ends of lines are LF as this service writes them, and gives the data of each to
 * `take` until it says that it has enough.
 */
export const readEvents = async (body: Readable, take: (data: string) => boolean): Promise<void> => {
  const silence = setTimeout(() => body.destroy(new Error('No event came.')), SILENT_MS);
  body.setEncoding('utf8');
  let rest = '';
  let data: string[] = [];
  try {
    for await (const chunk of body as AsyncIterable<string>) {
      silence.refresh();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error('An event is too long.');
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''));
        if (line !== '' || data.length === 0) continue;
        const whole = data.join('\n');
        data = [];
        if (take(whole)) return;
      }
    }
  } finally {
    clearTimeout(silence);
  }
};
