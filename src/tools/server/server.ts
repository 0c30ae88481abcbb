// What does the server's own room hand to the front door?
import { days, shift } from '../base/clock.ts';
import type { Capability } from './capability.ts';
import { commands } from './commands.ts';
import { tidy } from './records.ts';
import { routes } from './routes.ts';

export { doorkeeper } from './doorkeeper.ts';
export { firstAdministratorLink } from './sign-in.ts';

export const capability: Capability = {
  name: 'server',
  says: 'Who may use this installation?',
  migrations: new URL('./migrations/', import.meta.url),
  routes,
  jobs: [
    {
      name: 'server.tidy',
      says: 'Removes sessions, links and remembered answers that have run out.',
      schedule: '17 * * * *',
      run: (house) => tidy(house.db, house.clock.now(), shift(house.clock.now(), -days(1))),
    },
  ],
  commands,
};
