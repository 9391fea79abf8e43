import { principalCommands } from '../enrolment/principal-commands.ts';
import { OFFICERS } from '../enrolment/roles.ts';

export const addCommand = principalCommands(OFFICERS);
