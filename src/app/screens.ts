// Which screens does the product have? The one list.
import { screens as decisions } from '../expose/decisions/screens.ts';
import { headerPieces as gatewayPieces, screens as gateway } from '../expose/gateway/screens.ts';
import { screens as audit } from '../prepare/audit/screens.ts';
import { screens as notes } from '../prepare/notes/screens.ts';
import { screens as deployments } from '../spine/deployments/screens.ts';
import { screens as gates } from '../spine/gates/screens.ts';
import { screens as ledger } from '../spine/ledger/screens.ts';
import { everyone } from '../tools/base/endpoint.ts';
import type { HeaderPiece, Screen } from '../tools/ui/screen.ts';

/** Screens of the house itself: who is in, and how one gets in. */
const house: Screen[] = [
  { path: '/sign-in', title: 'Sign in', page: () => import('./SignInPage.tsx'), who: 'public' },
  { path: '/link', title: 'One-time link', page: () => import('./LinkPage.tsx'), who: 'public' },
  { path: '/account', title: 'Your account', page: () => import('./AccountPage.tsx'), who: everyone },
  { path: '/administration', title: 'Administration', page: () => import('./AdministrationPage.tsx'), who: ['administrator', 'auditor'], menu: { label: 'Administration', order: 90 } },
];

export const screens: readonly Screen[] = [...gates, ...deployments, ...decisions, ...gateway, ...audit, ...notes, ...ledger, ...house];

/** What rooms put into the headers of other rooms' records. */
export const headerPieces: readonly HeaderPiece[] = [...gatewayPieces];
