import type { CaView } from '../../../lib/authority/authority.ts';
import { Fault, phrase } from '../../../lib/fault.ts';
import { parseSerial } from '../../../lib/pki/pki.ts';
import { checkStatus, judgeOcsp, ocspQuestion } from '../../../lib/status-check/status-check.ts';
import type { View } from '../../../web/document.ts';
import type { Filled } from '../../../web/forms.ts';
import { checkedView, numberView } from '../../../web/public/answers.ts';
import { beginAgainView, statusFormsView } from '../../../web/public/status-forms.ts';
import { PROBLEMS } from '../../http/problems.ts';
import type { Route } from '../../http/route.ts';
import { publicForm } from '../form.ts';
import { publicPage } from '../page.ts';
import type { Visit } from '../visit.ts';
import { type Answered, askHere, askOcsp, nonce } from './ask-here.ts';
import { authoritiesFor, certificateOf } from './authorities.ts';
import { certificateIn } from './certificate-file.ts';

const PATH = '/certificate-status';
/** Larger than any certificate, so that a file which is somewhat too large gets an answer on the page. */
const MAX_FORM_BYTES = 1024 * 1024;
const DAY_MS = 86_400_000;
/** One question for each certificate below a CA of this service; more than one only where such a CA certified others. */
const LIMITS = { fetches: 4, bytes: MAX_FORM_BYTES, time: 10_000 };

export const certificateStatusPage = publicPage(
  {
    id: 'certificateStatusPage',
    path: PATH,
    summary: 'Check a certificate, or ask for a status',
  },
  async (visit) => statusFormsView(visit.reader, await authoritiesFor(visit), {}),
);

/**
 * The check of `akashi status`, with the CAs of this service as roots. CRLs are left out: OCSP answers from the same register,
 * knows of a revocation before they do, and a CRL of a country is too much for a question that anybody may ask.
 */
const byFile = async (
  visit: Visit,
  authorities: readonly CaView[],
  file: Uint8Array | undefined,
): Promise<View> => {
  const { reader } = visit;
  const { certificate, chain } = certificateIn(file);
  const roots = await Promise.all(authorities.map(({ id }) => certificateOf(visit, id)));
  const answers: Answered[] = [];
  const ocsp = URL.parse(authorities[0]?.urls.ocsp ?? '');
  const report = await checkStatus({
    certificate,
    chain: chain.map((one) => ({ certificate: one, from: phrase`the certificate's file` })),
    roots: roots.map((one) => ({ certificate: one, from: phrase`this service` })),
    ...(ocsp && { ocsp }),
    crls: [],
    clock: { at: reader.now, maxAge: DAY_MS },
    nonce,
    now: () => performance.now(),
    ask: askHere(visit, authorities, (answer) => answers.push(answer)),
    limits: LIMITS,
  });
  const root = report.end === 'root' ? report.path.at(-1)?.certificate : undefined;
  const ca =
    authorities[roots.findIndex(({ der }) => root !== undefined && Buffer.compare(der, root.der) === 0)];
  const records = answers.flatMap(({ record }) => record ?? []);
  return checkedView(reader, { report, certificate, records, ...(ca && { ca }) });
};

/** People copy numbers with spaces and colons from other programs. */
const serialIn = ({ serial = '' }: Filled) => {
  const plain = serial
    .replaceAll(/[\s:]/g, '')
    .replace(/^0x/i, '')
    .replace(/^0+(?=.)/, '');
  if (plain === '') throw new Fault('invalid-input', 'Enter the serial number of the certificate.');
  return parseSerial(plain);
};

const byNumber = async (visit: Visit, authorities: readonly CaView[], filled: Filled): Promise<View> => {
  const ca = authorities.find(({ id }) => id === filled.ca);
  if (ca === undefined)
    throw new Fault('unknown-authority', 'This service has no such CA; choose one of the list.');
  const serialNumber = serialIn(filled);
  const issuer = await certificateOf(visit, ca.id);
  const question = ocspQuestion({ certificate: { issuer: issuer.subject, serialNumber }, issuer }, nonce());
  const { der, record } = await askOcsp(visit, question.der);
  const { finding } = judgeOcsp(der, question, { at: visit.reader.now, maxAge: DAY_MS });
  return numberView(visit.reader, {
    ca,
    otherCas: authorities.filter(({ id }) => id !== ca.id),
    serial: serialNumber,
    finding,
    der,
    ...(record !== undefined && { record }),
  });
};

/** One address for both forms, so that a choice of the language there leads back to them. */
const form = publicForm(
  {
    id: 'certificateStatusForm',
    path: PATH,
    summary: 'Check a certificate, or ask for a status',
    lane: 'status',
  },
  async (visit, { filled, files }) => {
    const authorities = await authoritiesFor(visit);
    try {
      return filled.by === 'number'
        ? await byNumber(visit, authorities, filled)
        : await byFile(visit, authorities, files.certificate);
    } catch (error) {
      if (!Fault.is(error) || PROBLEMS[error.code].status >= 500) throw error;
      const view = statusFormsView(visit.reader, authorities, filled, visit.reader.say(error.phrase));
      return { ...view, status: PROBLEMS[error.code].status };
    }
  },
  beginAgainView,
);

/** It is limited as a question by OCSP is: its lane, its rate, and the space of the disk for its record. */
const limited = (route: Route): Route => ({
  ...route,
  recorded: true,
  ...(route.body?.kind === 'bytes' && { body: { ...route.body, maxBytes: MAX_FORM_BYTES } }),
});

export const certificateStatusForm: Route = limited(form);
