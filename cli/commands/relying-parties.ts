import { principalCommands } from '../enrolment/principal-commands.ts';
import { RELYING_PARTIES } from '../enrolment/roles.ts';

export const addCommand = principalCommands(RELYING_PARTIES);
