// Which screens show whether the data are fit?
import { staff } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';
import { samplingScreens } from './sampling/screens.ts';

export const screens: Screen[] = [
  { path: '/data', title: 'Data', page: () => import('./DataPage.tsx'), who: staff, menu: { label: 'Data', order: 20 } },
  { path: '/data/checks', title: 'Checks', page: () => import('./ChecksPage.tsx'), who: staff },
  { path: '/deployments/$deployment/data', title: 'Data', page: () => import('./DataPage.tsx'), who: staff, tab: { label: 'Data', order: 30 } },
  { path: '/data/issues', title: 'Data-quality issues', page: () => import('./following/IssuesPage.tsx'), who: staff },
  { path: '/deployments/$deployment/data/issues', title: 'Data-quality issues', page: () => import('./following/IssuesPage.tsx'), who: staff },
  ...samplingScreens,
  { path: '/deployments/$deployment/data/$run', title: 'Data audit', page: () => import('./run-page/RunPage.tsx'), who: staff, evidence: { of: ['audit'], says: 'the data audit' } },
];
