import { ROLES, type Role } from '../../lib/principal.ts';
import type { RouteTerms } from './route.ts';

const HEADINGS: Readonly<Record<Role, string>> = {
  officer: 'officer',
  operator: 'operator',
  auditor: 'auditor',
  relyingParty: 'relying party',
  holder: 'holder',
};

const OPENING = `# Who may call what

\`npm run docs\` makes this page from the routes, and a test fails where it is not current. **yes**: a caller of that role
may call the operation. **named**: everybody may, and the record of the answer names a caller who shows credentials.
**open**: everybody may, and credentials are ignored. What a role may see or change within an operation is narrower: an
officer acts for the own office only, a holder sees what is about the holder only, and rules about different persons
come on top. An officer needs the duty that is named in brackets, or one of them. **(of the service)**: principals of a
tenant are refused. In all other operations the things of other tenants do not exist for them.

`;

const mayCall = ({ access, duty }: RouteTerms, role: Role | 'nobody'): string => {
  if (access === 'public') return 'open';
  if (access === 'optional') return 'named';
  if (role === 'nobody' || !access.includes(role)) return '';
  return role === 'officer' && duty !== undefined ? `**yes** (${[duty].flat().join(' or ')})` : '**yes**';
};

/** `docs/roles.md`: a line for each route, a column for each role. */
export const rolesTable = (routes: readonly RouteTerms[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replace(/ {2,}/g, ' ');
  const head = ['operation', 'what it does', 'without credentials', ...ROLES.map((role) => HEADINGS[role])];
  const rows = routes.map((route) => {
    const { method, path, summary, certificateOnly, ofService } = route;
    return line([
      `\`${method} ${path}\``,
      [
        summary,
        ...(certificateOnly ? ['(by client certificate only)'] : []),
        ...(ofService ? ['**(of the service)**'] : []),
      ].join(' '),
      mayCall(route, 'nobody'),
      ...ROLES.map((role) => mayCall(route, role)),
    ]);
  });
  return `${OPENING}${[line(head), line(head.map(() => '---')), ...rows].join('\n')}\n`;
};
