/** What somebody who writes to the table may make of a row of enrolment. */

export type Row = Readonly<Record<string, unknown>>;
type Change = (row: Row) => Row;

const stateOf = (row: Row): Row => ((row.record as Row).details as Row).state as Row;

export const withState =
  (more: Row): Change =>
  (row) => {
    const record = row.record as Row;
    const details = record.details as Row;
    return { ...row, record: { ...record, details: { ...details, state: { ...stateOf(row), ...more } } } };
  };

const ALL_DUTIES = ['receive', 'examine', 'responsible'];

/** What somebody may make of the row of a principal. */
export const FORGERIES: readonly (readonly [string, Change])[] = [
  ['active', withState({ standing: 'active' })],
  ['all duties', withState({ duties: ALL_DUTIES, standing: 'active' })],
  [
    'the role of an operator',
    withState({ role: 'operator', office: undefined, duties: undefined, standing: 'active' }),
  ],
  ['another office', withState({ office: 'kita', standing: 'active' })],
  ['another person', withState({ person: 'minami-chief', standing: 'active' })],
  [
    'no end of the term',
    withState({ until: undefined, from: '2020-01-01T00:00:00.000Z', standing: 'active' }),
  ],
  ['no record', () => ({})],
  ['a record of nothing', () => ({ record: null, known: null, subjectPublicKeyInfo: 7 })],
  [
    'a number that no act has',
    (row) => {
      const record = row.record as Row;
      const details = record.details as Row;
      return {
        ...row,
        record: { ...record, details: { ...details, closes: { ...(details.closes as Row), number: 9e15 } } },
      };
    },
  ],
  ['other names', (row) => ({ ...row, known: { salt: '00', contents: { name: { ja: 'x', en: 'x' } } } })],
  ['another key', (row) => ({ ...row, subjectPublicKeyInfo: Buffer.from('other').toString('base64') })],
  ['certificates', (row) => ({ ...row, certificates: [{ ca: 'operations-1', serial: '01' }] })],
];
