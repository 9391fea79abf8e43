import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { revocationAnswer } from '../answers.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { revocationText } from '../revocation-text.ts';

const text = z.string();
const { revocation } = revocationAnswer.shape;

const crlState = z.looseObject({
  partition: text,
  state: text,
  number: z.int().exactOptional(),
  entries: z.int().exactOptional(),
  madeAt: text.exactOptional(),
  nextUpdate: text.exactOptional(),
  due: text.exactOptional(),
  urgent: z.literal(true).exactOptional(),
});

const responderState = z.looseObject({
  algorithm: text,
  state: text,
  serial: text.exactOptional(),
  notBefore: text.exactOptional(),
  notAfter: text.exactOptional(),
  due: text.exactOptional(),
  revocation: revocation.exactOptional(),
});

const stateAnswer = z.looseObject({
  ca: text,
  tenant: text.exactOptional(),
  stopped: z.boolean(),
  certificate: z.looseObject({
    serial: text,
    notBefore: text,
    notAfter: text,
    status: text,
    revocation: revocation.exactOptional(),
  }),
  crls: z.array(crlState),
  responders: z.array(responderState),
  findings: z.int(),
});

type CrlState = z.output<typeof crlState>;
type ResponderState = z.output<typeof responderState>;

const LAST = phrase`the last one: none follows`;
const DAMAGED = phrase`damaged: its row cannot be read`;

const CRL_STATES: Readonly<Record<string, Phrase>> = {
  current: phrase`up to date`,
  due: phrase`due: the next one is to be made`,
  late: phrase`late: the next one should have been made`,
  last: LAST,
  ended: phrase`out of date: verifiers refuse it`,
  missing: phrase`missing: none was ever published`,
  damaged: DAMAGED,
};

const RESPONDER_STATES: Readonly<Record<string, Phrase>> = {
  current: phrase`up to date`,
  due: phrase`due: the next one is to be certified`,
  late: phrase`late: the next one should have been certified`,
  last: LAST,
  ended: phrase`expired: it signs nothing any more`,
  revoked: phrase`revoked: it signs nothing any more`,
  unregistered: phrase`not in the register: it signs nothing`,
  missing: phrase`missing: none was ever certified`,
  damaged: DAMAGED,
};

type Line = readonly [name: Phrase | string, value: Phrase | string | undefined];

/** Below the line of a CRL or of a responder. */
const indented = (
  say: Say,
  lines: readonly (readonly [Phrase, Phrase | string | undefined])[],
): readonly Line[] => lines.map(([name, value]) => [`  ${say(name)}`, value]);

const crlLines = (say: Say, crl: CrlState): readonly Line[] => [
  [phrase`CRL ${crl.partition}`, CRL_STATES[crl.state] ?? crl.state],
  ...indented(say, [
    [phrase`number`, crl.number === undefined ? undefined : String(crl.number)],
    [phrase`entries`, crl.entries === undefined ? undefined : String(crl.entries)],
    [phrase`made`, crl.madeAt],
    [phrase`next one due`, crl.due],
    [phrase`holds until`, crl.nextUpdate],
    [phrase`urgent`, crl.urgent && phrase`a revocation waits that it must show at once`],
  ]),
];

const responderLines = (say: Say, responder: ResponderState): readonly Line[] => [
  [phrase`responder ${responder.algorithm}`, RESPONDER_STATES[responder.state] ?? responder.state],
  ...indented(say, [
    [phrase`serial`, responder.serial],
    [phrase`certified`, responder.notBefore],
    [phrase`next one due`, responder.due],
    [phrase`holds until`, responder.notAfter],
    [phrase`status`, responder.revocation && revocationText(responder.revocation)],
  ]),
];

const stateText = (say: Say, state: z.output<typeof stateAnswer>): string => {
  const { certificate, findings } = state;
  return details(say, [
    [phrase`authority`, state.ca],
    [phrase`tenant`, state.tenant],
    [phrase`certificate`, certificate.serial],
    [phrase`valid`, phrase`${certificate.notBefore} to ${certificate.notAfter}`],
    [phrase`status`, certificate.revocation ? revocationText(certificate.revocation) : certificate.status],
    [phrase`key`, state.stopped ? phrase`stopped: it signs nothing any more but one last CRL` : undefined],
    [
      phrase`findings`,
      findings === 0
        ? undefined
        : phrase`${findings}; somebody else than the service has written to its rows or files`,
    ],
    ...state.crls.flatMap((crl) => crlLines(say, crl)),
    ...state.responders.flatMap((responder) => responderLines(say, responder)),
  ]);
};

const GUIDE: Guide = {
  needs: [
    'a running service, and an operator or auditor: --as or --token',
    'the id of the authority, as akashi authorities shows it',
  ],
  result: [
    "prints the status of the authority's certificate and whether its key is stopped",
    'of each CRL: whether it is late, number, entries, when it was made, when the next one is due, nextUpdate',
    'of each OCSP responder: whether it is late or revoked, serial number, validity, when it is renewed',
    '--json names each state in one word, for monitors: current, due, late, last, ended, missing, damaged',
  ],
  examples: [
    'akashi authority organisation-1 --as operator-sakai',
    'akashi authority organisation-1 --as auditor --json',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('authority')
    .summary('show how an authority, its CRLs and its responders stand')
    .description(
      "Show how a certification authority stands by the service's own rows: its certificate, its CRLs and its OCSP responders. Operators and auditors use it.",
    )
    .argument('<ca>', "the authority's id, as akashi authorities shows it")
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(z.object({ ca: z.string() }), async ({ client, say, show }, { ca }) => {
        const state = await client.get(`/api/v1/authorities/${encodeURIComponent(ca)}/state`, stateAnswer);
        show(state, stateText(say, state));
      }),
    );
};
