import type { Guide } from '../guide.ts';

/** The help of each command. */

const SERVICE = 'a running service, and';
const RECEIVER = `${SERVICE} an officer with the duty receive: --as or --token`;
const LOOKER = `${SERVICE} an officer, operator or auditor: --as or --token`;
const EXAMINER = `${SERVICE} an officer or operator who has not acted on the requests before: --as or --token`;
const COLLECTOR = `${SERVICE} an officer of the office or an operator: --as or --token`;
const BATCH = "the batch's id, the first column of akashi bulk list";

const FILE = [
  'FILE: CSV (.csv), or a JSON object on each line (.ndjson); UTF-8 or Windows-31J, which is found out',
  '  the columns are those of akashi bulk template; CSRs are PEM, or DER in base64; up to 10,000 rows, 24 MiB',
];

const EXIT = [
  '0  done, every row',
  '1  refused, or some rows have problems or were set aside: akashi bulk errors BATCH',
];

const FIND = "BATCH=$(akashi bulk list --as higashi-counter | head -n 1 | cut -d ' ' -f 1)";

/** A file of two rows, each with a key of its own. */
const makeFile = (name: string): readonly string[] => [
  `for N in 1 2; do openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj / -keyout ${name}-$N.key -outform DER | base64 | tr -d '\\n' > ${name}-$N.csr; done`,
  `printf 'key,position,positionJa,csr\\n1,Mayor,市長,%s\\n2,Deputy,副市長,%s\\n' $(cat ${name}-1.csr) $(cat ${name}-2.csr) > ${name}.csv`,
];

export const TEMPLATE: Guide = {
  needs: [RECEIVER, 'a profile that the office may use: akashi profiles'],
  result: [
    'prints a CSV file with a header and no rows, which spreadsheets read; with --save, writes it',
    'columns may be named as the header has them, or by the names of the fields',
  ],
  examples: ['akashi bulk template official-position --as higashi-counter --save template.csv'],
};

export const CHECK: Guide = {
  needs: [RECEIVER, ...FILE],
  result: [
    'submits nothing: sends the file, waits until every row is judged, and prints the first 20 rows with problems',
    'with --errors, writes all of them with what is wrong, to be corrected',
  ],
  exitCodes: EXIT,
  examples: [
    ...makeFile('mayors'),
    'akashi bulk check mayors.csv --profile official-position --as higashi-counter',
  ],
};

export const SEND: Guide = {
  needs: [RECEIVER, ...FILE],
  result: [
    'submits every row that has no problem, and prints the batch when all of them are requests',
    'asks nothing; the same file again is the same batch, and goes on where an earlier run was interrupted',
  ],
  exitCodes: EXIT,
  examples: ['akashi bulk send mayors.csv --profile official-position --as higashi-counter'],
};

export const LIST: Guide = {
  needs: [LOOKER],
  result: ['prints a line for each batch: id, state, time, office, profile, rows, who sent it'],
  examples: ['akashi bulk list --as higashi-counter'],
};

export const SHOW: Guide = {
  needs: [LOOKER, BATCH],
  result: ['prints the batch, and how far the service has got with its rows'],
  examples: [FIND, 'akashi bulk show $BATCH --as higashi-counter'],
};

export const ROWS: Guide = {
  needs: [LOOKER, BATCH],
  result: [
    'prints a line for each row: number, line of the file, key, state, request or certificate, problems',
    'differing: rows whose values are not those that most rows have, those that differ most first',
  ],
  examples: [FIND, 'akashi bulk rows $BATCH --list differing --as higashi-counter'],
};

export const ERRORS: Guide = {
  needs: [LOOKER, BATCH],
  result: ['writes the rows with problems and what is wrong; corrected, they are sent as another file'],
  examples: [FIND, 'akashi bulk errors $BATCH --save errors.csv --as higashi-counter'],
};

export const EXAMINE: Guide = {
  needs: [
    EXAMINER,
    BATCH,
    'for --approve: every row of the sample opened that is not left out (akashi bulk open)',
  ],
  result: [
    'without --approve and --reject: draws a sample of the rows that wait for you, and prints which to open',
    'with one of them: examines those rows together, and prints the batch when all are examined',
    'again without another sample, goes on where an earlier run was interrupted, and decides nothing more',
  ],
  exitCodes: EXIT,
  examples: [
    FIND,
    'akashi bulk examine $BATCH --as higashi-examiner',
    'akashi bulk open $BATCH 1-2 --as higashi-examiner',
    'akashi bulk examine $BATCH --approve --as higashi-examiner',
    'akashi bulk examine $BATCH --as operator-sakai',
    'akashi bulk open $BATCH 1-2 --as operator-sakai',
    'akashi bulk examine $BATCH --approve --as operator-sakai',
  ],
};

export const OPEN: Guide = {
  needs: [EXAMINER, BATCH, 'the rows, such as akashi bulk examine BATCH prints them: 3 7-9'],
  result: ['prints the request of each row; the service records that you opened it'],
  examples: [
    FIND,
    'akashi bulk examine $BATCH --as higashi-examiner',
    'akashi bulk open $BATCH 1 --as higashi-examiner',
  ],
};

export const COLLECT: Guide = {
  needs: [COLLECTOR, BATCH, 'issued rows'],
  result: [
    'writes a ZIP file: the certificates that no earlier collection has with their chains, and a list of the rows',
    'with --again N, writes collection N once more; akashi bulk show lists them; each hand-over is recorded',
  ],
  examples: [FIND, 'akashi bulk collect $BATCH --save certificates.zip --as higashi-counter'],
};

export const REPLAY: Guide = {
  needs: [`${SERVICE} the officer or operator who took the newest step: --as or --token`, BATCH],
  result: ['tries the rows again that were set aside, and prints the batch when all of them are done'],
  exitCodes: EXIT,
  examples: [FIND, 'akashi bulk replay $BATCH --as higashi-counter'],
};

export const CANCEL: Guide = {
  needs: [COLLECTOR, BATCH],
  result: [
    'submits no more rows, withdraws the requests that the centre has not approved, and prints the batch',
  ],
  exitCodes: EXIT,
  examples: [
    ...makeFile('mistaken'),
    "BATCH=$(akashi bulk send mistaken.csv --profile official-position --as higashi-counter --language en | sed -n 's/^batch *//p')",
    'akashi bulk cancel $BATCH --reason mistyped --as higashi-counter',
  ],
};
