// Which screens show the ledger?
import type { Role } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';
import { listEntries } from './model.ts';

const who = listEntries.who as readonly Role[];

export const screens: Screen[] = [
  { path: '/ledger', title: 'Ledger', page: () => import('./LedgerPage.tsx'), who, menu: { label: 'Ledger', order: 30 } },
  { path: '/deployments/$deployment/ledger', title: 'Ledger', page: () => import('./LedgerPage.tsx'), who, tab: { label: 'Ledger', order: 90 } },
];
