/** Grants that the as-deployed test does not use, with the reason why they are needed nevertheless. */
export interface Needed {
  readonly grants: RegExp;
  readonly reason: string;
  /** If present, another function that runs the same code must have used the same grant. */
  readonly usedElsewhere?: true;
  /** Whether it is used depends on the day of the run. */
  readonly sometimes?: true;
}

export const NEEDED_ALL_THE_SAME: readonly Needed[] = [
  {
    grants: /: Log logs:/,
    reason: 'The runtime writes the log and not the function, so no call of it is seen here.',
  },
  { grants: / xray:/, reason: 'So with traces.' },
  {
    grants: /^scheduled-sequencing: FormatMark s3:PutObject$/,
    reason:
      'A record that is older than the ceremony lets the sequencer come first; here the ceremony was first.',
  },
  {
    grants:
      /: (RowsKey|PersonalTablesKey) kms:(DescribeKey|Encrypt|GenerateDataKey|ReEncryptFrom|ReEncryptTo)$/,
    reason:
      "DynamoDB uses the table's key in its caller's name in ways that cannot be seen from outside; its documentation lists these.",
  },
  {
    grants: /^(scheduled-\w+|cdn-log-delivery): undefined sqs:SendMessage$/,
    reason: 'Lambda puts an event there that has failed three times.',
  },
  {
    grants:
      /^batch-(files|examining|submissions|examinations): (DataKeyMake kms:GenerateDataKey|DataKeys dynamodb:PutItem data-keys|PersonalRows(Get|Put) dynamodb:(Get|Put)Item (data-keys|search-years)\/\*)$/,
    reason: 'The first item of a month makes the data key of that month; here others came first.',
    usedElsewhere: true,
    sometimes: true,
  },
  {
    grants: /^batch-(files|examining): PersonalRowsDelete dynamodb:DeleteItem month\/\*$/,
    reason: 'An item that is put again after its data key was closed leaves the list in which it was.',
    usedElsewhere: true,
  },
  {
    grants:
      /^batch-submissions: (OpenActKeysHolder kms:Decrypt|Rows(Get|Put) dynamodb:(Get|Put)Item (enrolled-(holders|principals?)|issued-to)\/\*|RowsQuery dynamodb:Query (requests\/tenant\/\*|trust-domain-withdrawn))$/,
    reason:
      'A row that names a holder or an officer is submitted by the code of a single request; here rows name none.',
    usedElsewhere: true,
  },
  {
    grants: /^batch-submissions: PersonalRowsDelete dynamodb:DeleteItem search\/\*$/,
    reason: 'The data of a withdrawn request leave their lists where their key has changed meanwhile.',
    usedElsewhere: true,
  },
  {
    grants:
      /^batch-examinations: Rows(Delete dynamodb:DeleteItem used-keys|Get dynamodb:GetItem certificates)\/\*$/,
    reason:
      'What a crash left is finished, and a request that can never be issued fails, by the code of a single request.',
    usedElsewhere: true,
  },
  {
    grants: /^batch-examinations: PersonalRowsPut dynamodb:PutItem batch\/\*$/,
    reason: 'What a step found wrong with rows is kept by the same code; here nothing was wrong with these.',
    usedElsewhere: true,
  },
  {
    grants: /^batch-examining: RowsQuery dynamodb:Query requests\/\*$/,
    reason: 'A request that names a holder is shown with whether others do; here rows name none.',
    usedElsewhere: true,
  },
  {
    grants: /^batch-(submissions|examinations): BatchWork sqs:SendMessage$/,
    reason: 'A step of a large file goes on in another call; here files are small.',
  },
  {
    grants:
      /^batch-(submissions|examinations): BatchWork sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/,
    reason:
      'Lambda takes the messages out of the queue with the rights of the function that it hands them to.',
  },
  {
    grants: /^cdn-log-delivery: Deliveries sqs:/,
    reason:
      'Lambda takes the messages out of the queue with the rights of the function that it hands them to.',
  },
  {
    grants: /: RowsQuery dynamodb:Query enrolled-office\/\*$/,
    reason: 'An officer who asks for what is not theirs is known before being refused.',
    usedElsewhere: true,
  },
  {
    grants: /^scheduled-recovery: RowsDelete dynamodb:DeleteItem used-keys\/\*$/,
    reason:
      'A request that can never be issued lets go of its key; one that is rejected does so by the same code.',
    usedElsewhere: true,
  },
  {
    grants: /^request-withdrawal: RowsPut dynamodb:PutItem used-keys\/\*$/,
    reason:
      'A renewal with the same key that is withdrawn gives the key back to its certificate; no profile here takes renewals so.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(certificate-(correction|hold|release)|principal-ends|scheduled-(closings|due)): RowsGet dynamodb:GetItem used-keys\/\*$/,
    reason:
      'After a crash in a revocation for compromise the next call makes the rest, by the same code; none crashes here.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(ceremony|certificate-revocation|crl-publish|scheduled-publication): RowsQuery dynamodb:Query status\/\*$/,
    reason: 'Every certificate of a CA whose key is compromised is listed; here no CA is.',
  },
  {
    grants: /^(ceremony|crl-publish): RowsDelete dynamodb:DeleteItem changed\/\*$/,
    reason: 'What a CRL has seen is settled by the same code; here nothing had changed when these made one.',
    usedElsewhere: true,
  },
  {
    grants: /: Rows(Get|Put) dynamodb:(Get|Put)Item crl-alarms$/,
    reason:
      'A CRL that is made raises an alarm for rows that nobody acted for; here nobody writes such rows.',
  },
  {
    grants:
      /^(ceremony|crl-publish|scheduled-publication): Rows(Get dynamodb:GetItem status|Put dynamodb:PutItem (changed|revoked|status)|Delete dynamodb:DeleteItem revoked)\/\*$/,
    reason: 'The rows of a status that differ from its acts are made again; here nobody writes such rows.',
  },
  {
    grants:
      /^(ceremony|request-examinations|scheduled-(recovery|responders)): RowsGet dynamodb:GetItem (certificates|status)\/\*$/,
    reason:
      'An order that an earlier run has taken up is looked at before it goes on, or is given up; here the run that takes one up also ends it.',
  },
  {
    grants:
      /^(ceremony|certificate-(hold|release|revocation)|evidence|request-examinations|scheduled-recovery): RowsGet dynamodb:GetItem expired\/\*$/,
    reason: 'A record that is not there is looked for among those whose time was over; here none is missing.',
  },
  {
    grants: /: HandOver s3:AbortMultipartUpload$/,
    reason: 'An upload that breaks off is aborted by the same code, whichever function it is of.',
    usedElsewhere: true,
  },
  {
    grants: /: RowsGet dynamodb:GetItem (staged\/\*|trust-domain-(file\/\*|withdrawn))$/,
    reason:
      'A put whose answer was lost is looked up before it is repeated, which takes a broken connection to see.',
  },
  {
    grants: /: (CrlsPublish|ReportsMake) s3:GetObject$/,
    reason: 'So with an object.',
  },
  {
    grants:
      /^(records|record-pages|accesses|counts|report-make|evidence|own|disclosure-bundles|scheduled-(sequencing|reports)): Rows(Put|Get|Delete) .* (ledger|staged\/\*|unsequenced\/\*|certificate\/\*|channel\/\*|count\/\*|holder\/\*|kind\/\*|office\/\*|party\/\*|purpose\/\*|record\/\*|shown-request\/\*|tenant\/\*)$/,
    reason:
      'Whoever asks for records settles those that wait, by the same code; which kinds wait when one of them is asked is chance.',
    usedElsewhere: true,
  },
  {
    grants: /^disclosures: RowsPut dynamodb:PutItem disclosure\/tenant\/\*$/,
    reason:
      'The case that an operator of a tenant opens is listed by the tenant; here nobody of the tenant has a certificate.',
  },
  {
    grants: /^counts: LogRead s3:GetObject$/,
    reason:
      "A name that nobody enrolled has is looked up in the records; to an auditor of a tenant their leaves prove whose they are. Here no such record is the tenant's.",
  },
  {
    grants: /^disclosure-bundles: LogRead s3:GetObject$/,
    reason:
      'To an operator of a tenant the leaves prove which records are its own; here the bundle is asked for by the holder.',
  },
  {
    grants: /^ceremony: RowsDelete dynamodb:DeleteItem used-keys\/\*$/,
    reason:
      'What is left of an earlier file is finished by the same code as in recovery, which gives the key of a request free that can never be issued.',
    usedElsewhere: true,
  },
  {
    grants:
      /^disclosure-(bundles|keys): (MakeDisclosureKey kms:\w+|RowsPut dynamodb:PutItem (responder-keys|settings))$/,
    reason: 'The key is made by whichever of the two needs it first.',
    usedElsewhere: true,
  },
  {
    grants: /: RowsGet dynamodb:GetItem trust-domain-amendments$/,
    reason:
      'A function whose file is not the newest looks whether two operators have approved it to follow; while an amendment is applied here, some functions start and others run.',
    usedElsewhere: true,
  },
  {
    grants:
      /: (RowsCheck dynamodb:ConditionCheckItem record\/\*|RowsGet dynamodb:GetItem (certificate|holder|kind|office|party|tenant|unsequenced|record|expired)\/\*)$/,
    reason:
      'An end that another process put is stored with its record, unless the ledger has or had the record; that takes a crash between an object and its rows.',
  },
  {
    grants:
      /: Rows(Get|Put|Delete) dynamodb:(Get|Put|Delete)Item (set-aside|ledger|log|channel\/\*|count\/\*|purpose\/\*|record\/\*|shown-request\/\*|tenant\/\*)$/,
    reason: 'A row of another form is set aside, and what it hid is mended; here nobody writes such rows.',
  },
  {
    grants:
      /^(certificate-(correction|hold|release|revocation)|principal-(ends|enrolment)|scheduled-(closings|due)): Rows(Put|Delete) dynamodb:(Put|Delete)Item revoked\/\*$/,
    reason: 'The rows of a status follow its acts, from whatever state somebody gave them.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(certificate-(correction|hold|release|revocation)|principal-(ends|enrolment)|scheduled-(closings|due)): RowsGet dynamodb:GetItem certificates\/\*$/,
    reason:
      'A certificate that is recorded and not signed yet is known by its row alone; here all of them are signed.',
  },
  {
    grants: /^scheduled-closings: RowsPut dynamodb:PutItem used-keys\/\*$/,
    reason: 'The key of a certificate that a table lost is noted again; here no certificate was lost.',
    usedElsewhere: true,
  },
  {
    grants: /^scheduled-closings: RowsPut dynamodb:PutItem staged\/\*$/,
    reason: 'The record of a closing is staged again where it was erased too; here it had its leaf.',
    usedElsewhere: true,
  },
  {
    grants: /: ProofsPut s3:GetObject$/,
    reason: 'An object that is there already is read; it takes two who end the same thing.',
  },
  {
    grants: /^amendments: ProofsPut(Key)? (s3:PutObject|kms:GenerateDataKey)$/,
    reason: 'The refusal of an amendment, and its lapse, are objects; here none is refused.',
  },
  {
    grants: /^scheduled-sequencing: (ProofsPut s3:PutObject|MakeActKeysSetting kms:\w+)$/,
    reason:
      'A key of acts is closed when it has a successor, and the sequencer makes its own key where it comes before the ceremony.',
  },
  {
    grants: /^disclosure-bundles: OpenActKeysSetting kms:Decrypt$/,
    reason: 'The key of disclosures is made, and recorded, by whichever function needs it first.',
    usedElsewhere: true,
  },
  {
    grants: /^recovery: (MakeActKeysRecovery kms:\w+|ProofsPut s3:PutObject act-keys.*)$/,
    reason:
      'A deployment that is older than this kind of act makes its first key here; others make it in the ceremony.',
  },
  {
    grants: /^certificate-correction: RowsPut dynamodb:PutItem (changed|status)\/\*$/,
    reason: 'A correction makes the rows say what the acts say; here nobody writes such rows.',
    usedElsewhere: true,
  },
  {
    grants: /: RowsGet dynamodb:GetItem enrolled-(office|principal)\/\*$/,
    reason:
      'Whoever was enrolled may call what the role allows; here the trust domain names most callers, and the offices of most requests.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(invitations|principal-(ends|enrolment)|scheduled-due): Rows(Put|Delete) dynamodb:(Put|Delete)Item enrolled-(principals|persons)(\/\*)?$|^scheduled-closings: RowsDelete dynamodb:DeleteItem enrolled-(offices|principals|persons)\/\*$/,
    reason:
      'Each act makes the lists name its principal, whoever changed them; here only those who enter or move change them.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(invitations|principal-(acts|ends|enrolment)|scheduled-(due|closings)): RowsDelete dynamodb:DeleteItem enrolled-persons\/\*$/,
    reason:
      'A person leaves the list of an id only where another person is proposed after a proposal was taken back.',
  },
  {
    grants:
      /^(invitations|principal-(acts|ends)|scheduled-due): Rows(Get|Put) dynamodb:(Get|Put)Item enrolled-uncertified$/,
    reason:
      'After a crash in the confirmation of a key the next act makes its rows, by the same code; none crashes so here.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(invitations|principal-(ends|enrolment)|scheduled-(due|closings)): Rows(Get|Put) dynamodb:(Get|Put)Item enrolled-due$/,
    reason:
      'What an act prepared is listed by whoever comes after it, where a crash left the act without its rows; none crashes here.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(invitations|principal-acts|scheduled-(closings|due)): Rows(Get|Put) dynamodb:(Get|Put)Item enrolled-token-users$/,
    reason:
      'Each act lists the user that it leaves behind, by the same code; here these functions change no standing and no term.',
    usedElsewhere: true,
  },
  {
    grants: /: PersonalRowsGet dynamodb:GetItem (month|search)\/\*$/,
    reason:
      'Rows that list an item are looked at where somebody else changed them; here that is seen in one function, by the same code.',
    usedElsewhere: true,
  },
  {
    grants: /: Rows(Get|Delete) dynamodb:(Get|Delete)Item personal-staged\/\*$/,
    reason:
      'An item that is not in its own table is looked for among those that an interrupted submission left staged, and moved by whoever changes it; here recovery moves it.',
    usedElsewhere: true,
  },
  {
    grants:
      /^(ceremony|request-(examinations|withdrawal)|scheduled-recovery): (DataKeyMake kms:GenerateDataKey|DataKeys dynamodb:PutItem data-keys|PersonalRows(Get|Put) dynamodb:(Get|Put)Item (data-keys|search-years)\/\*)$/,
    reason:
      'The first item of a month makes its key, and the first of a year that of its searches; here others come first.',
    usedElsewhere: true,
  },
  {
    grants:
      /^scheduled-closings: (DataKeyMake kms:GenerateDataKey|DataKeys dynamodb:PutItem data-keys|PersonalRows(Get|Put) dynamodb:(Get|Put)Item (data-keys|month|principal)\/\*)$/,
    reason:
      'Names of somebody who has ended are put under the month that follows from the end. Here that is another month only at the end of one.',
    usedElsewhere: true,
    sometimes: true,
  },
  {
    grants: /^data-end: PersonalRows(Get|Put) dynamodb:(Get|Put)Item certificate\/\*$/,
    reason: 'What a legal hold keeps stays with its certificates; here no hold stands when the month ends.',
    usedElsewhere: true,
  },
  {
    grants: /^data-end: PersonalRowsQuery dynamodb:Query month\/\*$/,
    reason: 'A month whose keys are all lost is known by its items; here no key is lost.',
    usedElsewhere: true,
  },
  {
    grants: /^principal-acts: PersonalRowsDelete dynamodb:DeleteItem (month|principal)\/\*$/,
    reason: 'Names whose act another act came before are taken away; here nobody else is first.',
    usedElsewhere: true,
  },
  {
    grants: /^(invitations|principal-enrolment): Rows(Get|Put) dynamodb:(Get|Put)Item enrolled-names-behind$/,
    reason:
      'An act whose rows a crash kept away is listed by whoever comes after it, where it has left names; none crashes here.',
    usedElsewhere: true,
  },
  {
    grants: /^request-withdrawal: PersonalRows(Put|Delete) dynamodb:(Put|Delete)Item (month|search)\/\*$/,
    reason:
      'A withdrawn request is put under the end that follows from it; here that is the month in which it was submitted.',
    usedElsewhere: true,
  },
];
