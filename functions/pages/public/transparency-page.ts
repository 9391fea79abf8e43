import { cosignatureTime, parseCheckpoint, parseNote } from '../../../lib/tlog/tlog.ts';
import { transparencyView } from '../../../web/public/transparency.ts';
import { route as getLogCheckpoint } from '../../routes/public/get-log-checkpoint.ts';
import { route as getLogKey } from '../../routes/public/get-log-key.ts';
import { publicPage } from '../page.ts';
import type { Visit } from '../visit.ts';
import { authoritiesFor } from './authorities.ts';

const SIGNATURE_BYTES = 64;

/** The service's address as its certificates name it, for commands. */
const addressOf = async (visit: Visit): Promise<string> => {
  const [first] = await authoritiesFor(visit);
  return first?.urls.ocsp.replace(/\/ocsp$/, '') ?? '';
};

export const transparencyPage = publicPage(
  { id: 'transparencyPage', path: '/transparency', summary: 'The public log and how to check it' },
  async (visit) => {
    const [checkpoint, key, address] = await Promise.all([
      visit.perform(getLogCheckpoint),
      visit.perform(getLogKey),
      addressOf(visit),
    ]);
    const note = Buffer.from(checkpoint.body).toString();
    const { text, signatures } = parseNote(note);
    const { origin, size, root } = parseCheckpoint(text);
    const witnesses = signatures
      .filter(({ name }) => name !== origin)
      .map(({ name, signature }) => {
        // The log's own signature has no time before it.
        const seconds = signature.length > SIGNATURE_BYTES ? cosignatureTime(signature) : undefined;
        return { name, ...(seconds && { at: new Date(seconds * 1000).toISOString() }) };
      });
    return transparencyView(visit.reader, {
      note,
      origin,
      size,
      root: Buffer.from(root).toString('hex'),
      witnesses,
      key: Buffer.from(key.body).toString().trim(),
      address,
    });
  },
);
