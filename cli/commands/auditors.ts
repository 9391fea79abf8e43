import { principalCommands } from '../enrolment/principal-commands.ts';
import { AUDITORS } from '../enrolment/roles.ts';

export const addCommand = principalCommands(AUDITORS);
