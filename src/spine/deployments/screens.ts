// Which screens show the charter and the organization?
import { staff } from '../../tools/base/endpoint.ts';
import type { Screen } from '../../tools/ui/screen.ts';

export const screens: Screen[] = [
  { path: '/deployments/$deployment/charter', title: 'Charter', page: () => import('./CharterPage.tsx'), who: staff, tab: { label: 'Charter', order: 20 }, evidence: { of: ['charter', 'deployment'], says: 'the charter' } },
  { path: '/organization', title: 'Organization', page: () => import('./OrganizationPage.tsx'), who: staff, menu: { label: 'Organization', order: 40 } },
];
