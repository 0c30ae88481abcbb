// Which screens show the gateway?
import type { Role } from '../../tools/base/endpoint.ts';
import type { HeaderPiece, Screen } from '../../tools/ui/screen.ts';
import { kill, listServices } from './model.ts';

const who = listServices.who as readonly Role[];

export const screens: Screen[] = [
  { path: '/gateway', title: 'Gateway', page: () => import('./ServicesPage.tsx'), who, menu: { label: 'Gateway', order: 25 } },
  { path: '/deployments/$deployment/gateway', title: 'Gateway', page: () => import('./GatewayPage.tsx'), who, tab: { label: 'Gateway', order: 45 }, evidence: { of: ['gateway'], says: 'the gateway' } },
  { path: '/deployments/$deployment/gateway/policy', title: 'Policy', page: () => import('./PolicyPage.tsx'), who },
  { path: '/deployments/$deployment/gateway/suspend-drill', title: 'Suspend drill', page: () => import('./suspend-drill/SuspendDrillPage.tsx'), who },
];

/** What stops an AI stands in the header of every deployment. */
export const headerPieces: HeaderPiece[] = [{ of: '/deployments/$deployment', who: kill.who as readonly Role[], piece: () => import('./HeaderSwitch.tsx') }];
