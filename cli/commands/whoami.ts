import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { decodeCertificate, decodePemBundle, MAX_CERTIFICATE_BYTES, rfc3339 } from '../../lib/pki/pki.ts';
import type { Caller } from '../credentials.ts';
import { purposeLines } from '../enrolment/principal-text.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const whoamiAnswer = z.looseObject({
  id: z.string(),
  role: z.string(),
  person: z.string(),
  tenant: z.string().exactOptional(),
  office: z.string().exactOptional(),
  duties: z.array(z.string()).exactOptional(),
  purposes: z
    .array(
      z.looseObject({
        id: z.string(),
        title: z.looseObject({ ja: z.string(), en: z.string() }),
        legalBasis: z.string(),
      }),
    )
    .exactOptional(),
  until: z.string().exactOptional(),
  door: z.string(),
  operations: z.array(z.string()),
});

const GUIDE: Guide = {
  needs: ['a running service, and credentials: --as or --token'],
  result: [
    'prints id, role, person, tenant, office, duties, purposes, and until when you are enrolled',
    'also prints when your certificate ends, and the operations of the API that you may ask for',
  ],
  examples: ['akashi whoami --as higashi-counter', 'akashi whoami --as higashi-counter --json'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('whoami')
    .summary('who the service thinks that you are')
    .description('Show who the service thinks that you are, what you may do, and until when.')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({}), async ({ client, settings, say, show }) => {
        const me = await client.get('/api/v1/whoami', whoamiAnswer);
        const notAfter = endOf(settings.caller);
        const [first, ...more] = inLines(me.operations);
        show(
          { ...me, ...(notAfter !== undefined && { certificate: { notAfter } }) },
          details(say, [
            [phrase`principal`, me.id],
            [phrase`role`, me.role],
            [phrase`person`, me.person],
            [phrase`tenant`, me.tenant],
            [phrase`office`, me.office],
            [phrase`duties`, me.duties?.join(', ')],
            ...purposeLines(me.purposes),
            [phrase`known by`, me.door],
            [phrase`enrolled until`, me.until],
            [phrase`certificate until`, notAfter],
            [phrase`may ask for`, first],
            ...more.map((line) => ['', line] as const),
          ]),
        );
      }),
    );
};

const A_LINE = 4;

const inLines = (operations: readonly string[]): readonly string[] =>
  Array.from({ length: Math.ceil(operations.length / A_LINE) }, (_, line) =>
    operations.slice(line * A_LINE, (line + 1) * A_LINE).join(', '),
  );

/** When the client certificate ends. The service need not say it: it takes no certificate that has ended. */
const endOf = (caller: Caller): string | undefined => {
  if (caller.by !== 'certificate') return undefined;
  const [own] = decodePemBundle('CERTIFICATE', caller.tls.cert, 4 * MAX_CERTIFICATE_BYTES);
  return own && rfc3339(decodeCertificate(own).notAfter);
};
