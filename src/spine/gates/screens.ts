// Which screens show the way through the gates?
import { everyone, staff } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';
import { readGate } from './model.ts';

export const screens: Screen[] = [
  { path: '/', title: 'Portfolio', page: () => import('./PortfolioPage.tsx'), who: everyone, menu: { label: 'Portfolio', order: 10 } },
  { path: '/deployments/$deployment', title: 'Deployment', page: () => import('./DeploymentFrame.tsx'), who: everyone, frames: true },
  { path: '/deployments/$deployment', title: 'Overview', page: () => import('./OverviewPage.tsx'), who: everyone, tab: { label: 'Overview', order: 10 } },
  { path: '/deployments/$deployment/gates', title: 'Gates', page: () => import('./GatesPage.tsx'), who: everyone, tab: { label: 'Gates', order: 40 } },
  { path: '/deployments/$deployment/gates/$gate', title: 'Gate', page: () => import('./GatePage.tsx'), who: readGate.who },
  { path: '/deployments/$deployment/gates/decided/$decision', title: 'Decision', page: () => import('./DecisionPage.tsx'), who: staff },
];
