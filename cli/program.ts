import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addCommand as accesses } from './commands/accesses.ts';
import { addCommand as audit } from './commands/audit.ts';
import { addCommand as auditors } from './commands/auditors.ts';
import { addCommand as authorities } from './commands/authorities.ts';
import { addCommand as authority } from './commands/authority.ts';
import { addCommand as backup } from './commands/backup.ts';
import { addCommand as bulk } from './commands/bulk.ts';
import { addCommand as certificate } from './commands/certificate.ts';
import { addCommand as certificates } from './commands/certificates.ts';
import { addCommand as collect } from './commands/collect.ts';
import { addCommand as console } from './commands/console.ts';
import { addCommand as correct } from './commands/correct.ts';
import { addCommand as credentials } from './commands/credentials.ts';
import { addCommand as disclose } from './commands/disclose.ts';
import { addCommand as enrol } from './commands/enrol.ts';
import { addCommand as evidence } from './commands/evidence.ts';
import { addCommand as examine } from './commands/examine.ts';
import { addCommand as exportRecords } from './commands/export.ts';
import { addCommand as hold } from './commands/hold.ts';
import { addCommand as holders } from './commands/holders.ts';
import { addCommand as importCdnLog } from './commands/import-cdn-log.ts';
import { addCommand as keys } from './commands/keys.ts';
import { addCommand as leavers } from './commands/leavers.ts';
import { addCommand as officers } from './commands/officers.ts';
import { addCommand as offices } from './commands/offices.ts';
import { addCommand as operators } from './commands/operators.ts';
import { addCommand as own } from './commands/own.ts';
import { addCommand as profiles } from './commands/profiles.ts';
import { addCommand as provisions } from './commands/provisions.ts';
import { addCommand as publish } from './commands/publish.ts';
import { addCommand as records } from './commands/records.ts';
import { addCommand as recover } from './commands/recover.ts';
import { addCommand as release } from './commands/release.ts';
import { addCommand as relyingParties } from './commands/relying-parties.ts';
import { addCommand as report } from './commands/report.ts';
import { addCommand as request } from './commands/request.ts';
import { addCommand as requests } from './commands/requests.ts';
import { addCommand as restore } from './commands/restore.ts';
import { addCommand as retention } from './commands/retention.ts';
import { addCommand as revoke } from './commands/revoke.ts';
import { addCommand as show } from './commands/show.ts';
import { addCommand as status } from './commands/status.ts';
import { addCommand as token } from './commands/token.ts';
import { addCommand as config } from './commands/trust-domain.ts';
import { addCommand as whoami } from './commands/whoami.ts';
import { addCommand as withdraw } from './commands/withdraw.ts';
import { type Guide, guideText } from './guide.ts';
import type { AddCommand, Perform } from './perform.ts';
import { addSettings } from './settings.ts';

/** In the order in which the help shows them: a request's life, a certificate's, who looks at both, then who they all are. */
const COMMANDS: readonly AddCommand[] = [
  profiles,
  request,
  requests,
  show,
  examine,
  withdraw,
  collect,
  bulk,
  certificate,
  certificates,
  revoke,
  hold,
  release,
  leavers,
  correct,
  status,
  authorities,
  authority,
  publish,
  own,
  provisions,
  accesses,
  records,
  exportRecords,
  report,
  disclose,
  evidence,
  importCdnLog,
  audit,
  console,
  whoami,
  enrol,
  offices,
  officers,
  operators,
  auditors,
  relyingParties,
  holders,
  retention,
  config,
  keys,
  recover,
  credentials,
  token,
  backup,
  restore,
];

const GUIDE: Guide = {
  needs: [
    'a running service: `npm start` on this machine, or the --url and --tls-url that its operator names',
    'for most commands, credentials: --as NAME reads key.pem, cert.pem and ca.pem in DATA/credentials/NAME,',
    'where `npm start` puts those of the demonstration; for another service, whose addresses stand in',
    '~/.config/akashi/services.json, open your invitation (akashi enrol), which puts the three files into',
    '~/.config/akashi/credentials/NAME',
  ],
  result: ['prints text; with --json, one JSON value for programs'],
  exitCodes: [
    '0  done; for status: good',
    '1  refused by the service, which says why; for status: revoked or on hold',
    '2  the command line is invalid, or an answer cannot be relied on',
    '3  not reachable',
    '4  asked for; another person has to ask for the same',
    '5  for status: unknown, or no answer that can be relied on',
    '6  for status: not valid',
  ],
  examples: [
    'akashi authorities',
    'akashi requests --as higashi-counter',
    'akashi provisions --as auditor',
    'akashi request --help',
  ],
};

const SHARED_OPTIONS = `Every command takes --url, --tls-url, --token-url, --as, --service, --data, --token, --language and --json; akashi --help explains them.`;

/** Throws a `CommanderError` instead of ending the process. */
export const buildProgram = (perform: Perform): Command => {
  const program = new Command('akashi')
    .description(
      'Certificates and their status, at an Akashi service: for registration offices, operators, relying parties, auditors and holders.',
    )
    .version(packageJson.version, '--version', 'print the version of this program')
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError()
    .addHelpText('after', guideText(GUIDE))
    .addHelpText('afterAll', ({ command }) => (command.parent ? SHARED_OPTIONS : ''));
  addSettings(program);
  for (const add of COMMANDS) add(program, perform);
  return program;
};
