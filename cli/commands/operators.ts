import { principalCommands } from '../enrolment/principal-commands.ts';
import { OPERATORS } from '../enrolment/roles.ts';

export const addCommand = principalCommands(OPERATORS);
